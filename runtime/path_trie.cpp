// Building the tree of wanted names and looking keys up in it.
#include "runtime/path_trie.hpp"

#include <bit>
#include <cstring>

#include "runtime/arena.hpp"
#include "runtime/json_tokens.hpp"
#include "runtime/text_compare.hpp"
#include "shrike/value.hpp"

namespace shrike {
std::uint32_t PathNode::hash_of_name(std::string_view name, KeyEnds& ends) {
  std::string padded(name);
  padded.append(kReadable, '\0');
  ends = ends_of(std::string_view(padded).substr(0, name.size()));
  return hash_of(ends, name.size());
}

void PathNode::index() {
  std::size_t members = 0;
  for (const PathGroup& group : groups) members += group.members.size();
  table_.assign(std::bit_ceil(members * 8 + 1), 0);
  mask_ = static_cast<std::uint32_t>(table_.size() - 1);
  names_.clear();
  for (const PathGroup& group : groups) {
    // The folded name decides the place: all ASCII spellings look there. A name beyond ASCII whose exact
    // bytes look elsewhere is found by find_spelled.
    KeyEnds ignored;
    const std::uint32_t hash = hash_of_name(group.folded, ignored);
    for (const PathMember& member : group.members) {
      ExactName& name = names_.emplace_back();
      hash_of_name(member.name, name.ends);
      name.text = member.name.data();
      if (!group.holds_backslash) name.size = member.name.size();
      name.match = {&group, &member, group.only_slot()};
      std::uint32_t at = hash & mask_;
      while (table_[at] != 0) at = (at + 1) & mask_;
      table_[at] = static_cast<std::uint32_t>(names_.size());
    }
  }
}

/// Keys that are not byte for byte a name: other spellings, escapes, letters beyond ASCII.
PathMatch PathNode::find_spelled(std::string_view raw, KeyEnds ends, std::string& scratch) const {
  if (!is_special(raw, ends)) {
    for (std::uint32_t at = hash_of(ends, raw.size()) & mask_; table_[at] != 0; at = (at + 1) & mask_) {
      const PathMatch& match = names_[table_[at] - 1].match;
      if (equal_folded(raw, true, match.group->folded)) return {match.group, nullptr, match.only_slot};
    }
    return {};
  }
  std::string_view key = raw;
  if (std::memchr(raw.data(), '\\', raw.size()) != nullptr) {
    scratch.resize(raw.size());
    const auto size = unescape(raw, scratch.data());
    if (!size) return {};
    key = std::string_view(scratch).substr(0, *size);
  }
  for (const PathGroup& group : groups) {
    if (!equal_folded(key, false, group.folded)) continue;
    PathMatch match{&group, nullptr, group.only_slot()};
    for (const PathMember& member : group.members) {
      if (member.name == key) match.exact = &member;
    }
    return match;
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
    if (group == nullptr)
      group = &nodes_[node].groups.emplace_back(
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
