// The wanted paths of records as a tree of names, made for one question: which wanted member is this key? The key is looked
// up by size and a hash of its first and last bytes; the exact spelling is compared first, any other spelling after it.
// Used by record_decoder.cpp only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shrike {

/// A wanted member of some object. Slots number all members in preorder: those below this one are slot + 1 … last_slot.
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
};

/// A group that a key belongs to, and the key as text.
struct PathMatch {
  const PathGroup* group = nullptr;
  std::string_view key;
};

/// One object on the way of wanted paths.
class PathNode {
 public:
  std::vector<PathGroup> groups;

  /// Builds the table; call when the groups are complete.
  void index();

  /// The group of the key whose body (between the quotes, escapes as written) is `raw`; kReadable bytes from its begin must
  /// be readable. `scratch` holds the key if it has escapes. No group when nobody wants it or its escapes are malformed.
  PathMatch find(std::string_view raw, std::string& scratch) const;

  static constexpr std::size_t kReadable = 8;

 private:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t group = 0;  ///< one more than the index; 0 for an empty place
  };

  PathMatch find_spelled(std::string_view raw, bool escaped, std::string& scratch) const;

  std::vector<Place> table_;
  std::uint32_t mask_ = 0;
};

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
