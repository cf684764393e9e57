// The wanted paths of records as a tree of names, made for one question: which wanted member is this key? The
// key is looked up by its size and its first and last bytes: an exact spelling is found at once, any other
// one by a second look. Used by record_decoder.cpp only.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/text_compare.hpp"

namespace shrike {

/// A wanted member of some object. Slots number all members in preorder: those below this one are slot + 1 …
/// last_slot.
struct PathMember {
  static constexpr std::uint32_t kNoNode = 0xFFFFFFFF;

  std::string name;
  std::uint32_t slot = 0;
  std::uint32_t last_slot = 0;
  std::uint32_t node = kNoNode;  ///< the wanted members inside it
};

/// Wanted members of one object whose names are equal without regard to case: nearly always one.
struct PathGroup {
  std::string folded;
  bool holds_backslash = false;
  std::vector<PathMember> members;

  std::uint32_t only_slot() const { return members.size() == 1 ? members.front().slot : 0; }
};

/// A group that a key belongs to, and how the key is spelled.
struct PathMatch {
  const PathGroup* group = nullptr;
  const PathMember* exact = nullptr;  ///< the member whose name the key is, byte for byte
  std::uint32_t only_slot = 0;  ///< slot of the group's only member; 0, the record's own, when it has several
};

/// One object on the way of wanted paths.
class PathNode {
 public:
  std::vector<PathGroup> groups;

  /// Builds the table; call when the groups are complete.
  void index();

  /// The group of the key whose body (between the quotes, escapes as written) is `raw`; kReadable bytes from
  /// its begin must be readable. `scratch` is room for a key that has escapes. No group when nobody wants it
  /// or its escapes are malformed.
  PathMatch find(std::string_view raw, std::string& scratch) const {
    const KeyEnds ends = ends_of(raw);
    std::uint32_t at = hash_of(ends, raw.size()) & mask_;
    if (table_[at] == 0) {  // nobody wants it, unless its spelling is not its bytes
      return is_special(raw, ends) ? find_spelled(raw, ends, scratch) : PathMatch{};
    }
    do {
      const ExactName& name = names_[table_[at] - 1];
      if (name.ends == ends && name.size == raw.size() && has_middle(name, raw)) return name.match;
      at = (at + 1) & mask_;
    } while (table_[at] != 0);
    return find_spelled(raw, ends, scratch);
  }

  static constexpr std::size_t kReadable = 8;

 private:
  /// The first and last up to eight bytes of a key, which overlap in short ones.
  struct KeyEnds {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    friend bool operator==(const KeyEnds&, const KeyEnds&) = default;
  };

  /// The exact name of a member; one that is never a key byte for byte has an impossible size.
  struct ExactName {
    KeyEnds ends;
    const char* text = nullptr;
    std::uint64_t size = ~std::uint64_t{0};
    PathMatch match;
  };

  static KeyEnds ends_of(std::string_view key);
  static std::uint32_t hash_of(KeyEnds ends, std::size_t size);
  /// Whether a key holds a backslash or a byte beyond ASCII.
  static bool is_special(std::string_view key, KeyEnds ends) {
    std::uint64_t marks = marks_special(ends.head) | marks_special(ends.tail);
    for (std::size_t at = 8; at + 8 < key.size(); at += 8)
      marks |= marks_special(text_detail::load_word(key.data() + at));
    return marks != 0;
  }
  static std::uint64_t marks_special(std::uint64_t word) {
    constexpr std::uint64_t kEach = 0x0101010101010101u;
    const std::uint64_t zero_where_backslash = word ^ kEach * '\\';
    return (((zero_where_backslash - kEach) & ~zero_where_backslash) | word) & kEach * 0x80;
  }
  static std::uint32_t hash_of_name(std::string_view folded, KeyEnds& ends);
  /// Whether a key whose ends and size are the name's is the name.
  static bool has_middle(const ExactName& name, std::string_view raw) {
    for (std::size_t at = 8; at + 8 < raw.size(); at += 8) {
      if (text_detail::load_word(name.text + at) != text_detail::load_word(raw.data() + at)) return false;
    }
    return true;
  }
  PathMatch find_spelled(std::string_view raw, KeyEnds ends, std::string& scratch) const;

  std::vector<ExactName> names_;
  std::vector<std::uint32_t> table_;  ///< by hash of the folded name: index into names_ plus one, 0 free
  std::uint32_t mask_ = 0;
};

inline PathNode::KeyEnds PathNode::ends_of(std::string_view key) {
  // Bytes behind a short key are cut off; the order of bytes in a word decides on which side they are.
  static constexpr bool kLittle = std::endian::native == std::endian::little;
  const bool is_short = key.size() < 8;
  const auto used = static_cast<unsigned>(is_short ? key.size() : 8) * 8;
  const std::uint64_t all = ~std::uint64_t{0};
  const std::uint64_t mask = used == 0 ? 0 : (kLittle ? all >> (64 - used) : all << (64 - used));
  const std::uint64_t head = text_detail::load_word(key.data()) & mask;
  return {head, is_short ? head : text_detail::load_word(key.data() + key.size() - 8)};
}

/// The same for all spellings of an ASCII key: bit 0x20 is what tells the cases of a letter apart.
inline std::uint32_t PathNode::hash_of(KeyEnds ends, std::size_t size) {
  constexpr std::uint64_t kCase = 0x2020202020202020u;
  const std::uint64_t both = (ends.head | kCase) ^ std::rotl(ends.tail | kCase, 23);
  return static_cast<std::uint32_t>((both * 0x9E3779B97F4A7C15u) >> 32) + static_cast<std::uint32_t>(size);
}

/// All wanted paths. Node 0 is the record's object, slot 0 the record itself.
class PathTrie {
 public:
  PathTrie() : nodes_(1) {}

  /// Adds a path; the index of its slot is known after finish().
  void add(std::span<const std::string> path);
  void finish();

  std::uint32_t slot(std::span<const std::string> path) const;
  std::uint32_t slot_count() const { return slots_; }
  const PathNode& node(std::uint32_t index) const { return nodes_[index]; }

 private:
  void number(std::uint32_t node);
  const PathMember* member(std::uint32_t node, std::string_view name) const;

  std::vector<PathNode> nodes_;
  std::uint32_t slots_ = 1;
};

}  // namespace shrike
