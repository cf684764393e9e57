// Building the tree of wanted names and looking keys up in it.
#include "runtime/path_trie.hpp"

#include <bit>
#include <cstring>

#include "runtime/arena.hpp"
#include "runtime/json_tokens.hpp"
#include "runtime/text_compare.hpp"
#include "shrike/value.hpp"

namespace shrike {
namespace {

constexpr std::uint64_t kEach = 0x0101010101010101u;
constexpr std::uint64_t kHigh = kEach * 0x80;

/// The first and last up to eight bytes of a key; eight bytes from its begin are readable.
struct KeyEnds {
  std::uint64_t head;
  std::uint64_t tail;
};

KeyEnds ends_of(std::string_view key) {
  KeyEnds ends{text_detail::load_word(key.data()), 0};
  if (key.size() >= 8) {
    ends.tail = text_detail::load_word(key.data() + key.size() - 8);
  } else {
    // Bytes behind a short key are cut off; the order of bytes in the word decides on which side they are.
    const unsigned unused = 64 - 8 * static_cast<unsigned>(key.size());
    if constexpr (std::endian::native == std::endian::little) {
      ends.head = key.empty() ? 0 : ends.head << unused >> unused;
    } else {
      ends.head = key.empty() ? 0 : ends.head >> unused << unused;
    }
  }
  return ends;
}

/// The same for all spellings of an ASCII key: bit 0x20 is what tells the cases of a letter apart.
std::uint32_t hash_of(KeyEnds ends, std::size_t size) {
  const std::uint64_t head = (ends.head | kEach * 0x20) * 0x9E3779B97F4A7C15u;
  const std::uint64_t tail = (ends.tail | kEach * 0x20) * 0xC2B2AE3D27D4EB4Fu;
  const std::uint64_t mixed = (head ^ std::rotl(tail, 29)) + size * 0x165667B19E3779F9u;
  return static_cast<std::uint32_t>(mixed >> 32);
}

std::uint64_t marks_special(std::uint64_t word) {
  const std::uint64_t zero_where_backslash = word ^ kEach * '\\';
  return (((zero_where_backslash - kEach) & ~zero_where_backslash) | word) & kHigh;
}

/// Whether a key holds a backslash or a byte beyond ASCII, so that its spelling is not its bytes.
bool is_special(std::string_view key, KeyEnds ends) {
  std::uint64_t marks = marks_special(ends.head) | marks_special(ends.tail);
  for (std::size_t at = 8; at + 8 < key.size(); at += 8) marks |= marks_special(text_detail::load_word(key.data() + at));
  return marks != 0;
}

std::uint32_t hash_of_name(std::string_view folded) {
  std::string padded(folded);
  padded.append(8, '\0');
  return hash_of(ends_of(std::string_view(padded).substr(0, folded.size())), folded.size());
}

}  // namespace

void PathNode::index() {
  const std::size_t size = std::bit_ceil(groups.size() * 4);
  table_.assign(size, {});
  mask_ = static_cast<std::uint32_t>(size - 1);
  for (std::uint32_t i = 0; i < groups.size(); ++i) {
    const std::uint32_t hash = hash_of_name(groups[i].folded);
    std::uint32_t place = hash & mask_;
    while (table_[place].group != 0) place = (place + 1) & mask_;
    table_[place] = {hash, i + 1};
  }
}

PathMatch PathNode::find(std::string_view raw, std::string& scratch) const {
  const KeyEnds ends = ends_of(raw);
  const std::uint32_t hash = hash_of(ends, raw.size());
  for (std::uint32_t place = hash & mask_; table_[place].group != 0; place = (place + 1) & mask_) {
    if (table_[place].hash != hash) continue;
    const PathGroup& group = groups[table_[place].group - 1];
    if (group.folded.size() == raw.size() && text_detail::same_ascii_folded(raw.data(), group.folded.data(), raw.size())) {
      if (group.holds_backslash) break;  // in a raw key it begins an escape
      return {&group, raw};
    }
  }
  if (!is_special(raw, ends)) return {};
  return find_spelled(raw, std::memchr(raw.data(), '\\', raw.size()) != nullptr, scratch);
}

PathMatch PathNode::find_spelled(std::string_view raw, bool escaped, std::string& scratch) const {
  std::string_view key = raw;
  if (escaped) {
    scratch.resize(raw.size());
    const auto size = unescape(raw, scratch.data());
    if (!size) return {};
    key = std::string_view(scratch).substr(0, *size);
  }
  for (const PathGroup& group : groups) {
    if (equal_folded(key, false, group.folded)) return {&group, key};
  }
  return {};
}

void PathTrie::add(std::span<const std::string> path) {
  std::uint32_t node = 0;
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const std::string& name = path[depth];
    Arena arena;
    const std::string_view folded = fold_case(name, arena);
    PathGroup* group = nullptr;
    for (PathGroup& candidate : nodes_[node].groups) {
      if (candidate.folded == folded) group = &candidate;
    }
    if (group == nullptr) group = &nodes_[node].groups.emplace_back(
          PathGroup{std::string(folded), folded.find('\\') != std::string_view::npos, {}});
    PathMember* found = nullptr;
    for (PathMember& candidate : group->members) {
      if (candidate.name == name) found = &candidate;
    }
    if (found == nullptr) {
      found = &group->members.emplace_back();
      found->name = name;
    }
    if (depth + 1 == path.size()) return;
    if (found->node == PathMember::kNoNode) {
      found->node = static_cast<std::uint32_t>(nodes_.size());
      node = found->node;
      nodes_.emplace_back();  // `found` and `group` may be gone now
    } else {
      node = found->node;
    }
  }
}

void PathTrie::number(std::uint32_t node) {
  for (PathGroup& group : nodes_[node].groups) {
    for (PathMember& member : group.members) {
      member.slot = slots_++;
      if (member.node != PathMember::kNoNode) number(member.node);
      member.last_slot = slots_ - 1;
    }
  }
}

void PathTrie::finish() {
  slots_ = 1;
  number(0);
  for (PathNode& node : nodes_) node.index();
}

const PathMember* PathTrie::member(std::uint32_t node, std::string_view name) const {
  for (const PathGroup& group : nodes_[node].groups) {
    for (const PathMember& member : group.members) {
      if (member.name == name) return &member;
    }
  }
  return nullptr;
}

std::uint32_t PathTrie::slot(std::span<const std::string> path) const {
  std::uint32_t node = 0;
  std::uint32_t slot = 0;
  for (const std::string& name : path) {
    const PathMember* found = member(node, name);
    slot = found->slot;
    node = found->node;
  }
  return slot;
}

}  // namespace shrike
