// Bytes by key, for the many keys that nobody looks at for long: records one behind the other in blocks, in
// the order in which they were put, and a table of their places. A key costs its bytes and about 14 more. The
// blocks put longest ago are those to forget first. Used by window_rule.cpp.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace shrike {

class KeyStore {
 public:
  /// `seed`: a random number, so that nobody can make keys that collide. It decides nothing but places in the
  /// table.
  explicit KeyStore(std::uint64_t seed) : seed_(seed) {}

  /// What is kept under a key. Valid until the next put().
  std::optional<std::string_view> find(std::string_view key) const;
  /// Keeps bytes under a key, in place of what was there. Larger than kMostBytes is not kept: false.
  /// `use` numbers the use of keys; it grows.
  bool put(std::string_view key, std::string_view bytes, std::uint64_t use);
  bool erase(std::string_view key);

  /// Goes through the keys, those put longest ago first, and lets go of each for which `goes` holds, until it
  /// does not.
  void drop_oldest_while(const std::function<bool(std::string_view key, std::string_view bytes)>& goes);
  /// Lets go of the block put longest ago; the number of keys that went with it.
  std::size_t drop_oldest_block();

  void for_each(const std::function<void(std::string_view key, std::string_view bytes)>& visit) const;

  /// About the number of the use that lies longest ago; UINT64_MAX when nothing is kept.
  std::uint64_t oldest_use() const { return empty() ? UINT64_MAX : blocks_[order_.front()].use; }
  std::size_t size() const { return keys_; }
  bool empty() const { return keys_ == 0; }
  /// Memory that the blocks and the table take.
  std::size_t bytes() const { return block_bytes_ + table_.capacity() * sizeof(std::uint64_t); }

  static constexpr std::size_t kMostBytes = std::size_t{1} << 16;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::uint32_t size = 0;
    std::uint32_t used = 0;
    std::uint32_t dead = 0;     ///< bytes of records that were replaced or erased
    std::uint32_t checked = 0;  ///< everything before it is dead
    std::uint64_t use = 0;      ///< when its first record was put
  };
  struct Record {
    std::string_view key, bytes;
    std::uint32_t size = 0;  ///< of the whole record
  };
  // A place in the table: 12 bits of the hash, 32 of the block's number and 20 of the offset; kFree is none.
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  static constexpr std::uint64_t kErased = kFree - 1;

  std::uint64_t hash_of(std::string_view key) const;
  static std::uint64_t place(std::uint64_t hash, std::uint32_t block, std::uint32_t offset);
  static std::uint32_t block_of(std::uint64_t place) { return static_cast<std::uint32_t>(place >> 20); }
  static std::uint32_t offset_of(std::uint64_t place) { return static_cast<std::uint32_t>(place & 0xfffffU); }
  Record record_at(std::uint32_t block, std::uint32_t offset) const;
  /// Index in the table of a key's place, or of nothing (npos).
  std::size_t find_slot(std::string_view key, std::uint64_t hash) const;
  bool is_live(const Record& record, std::uint32_t block, std::uint32_t offset) const;
  void append(std::string_view key, std::string_view bytes, std::uint64_t use, std::uint64_t hash,
              std::size_t slot);
  void new_block(std::size_t least, std::uint64_t use);
  void free_block(std::uint32_t block);
  void grow_table();
  void compact();

  std::vector<Block> blocks_;
  std::vector<std::uint32_t> free_;   ///< numbers of blocks that are not used
  std::deque<std::uint32_t> order_;   ///< blocks, the oldest first
  std::vector<std::uint64_t> table_;  ///< open addressing
  std::size_t keys_ = 0, taken_ = 0;  ///< keys; places that are not kFree
  const std::uint64_t seed_;
  std::size_t block_bytes_ = 0, dead_bytes_ = 0, used_bytes_ = 0;
};

}  // namespace shrike
