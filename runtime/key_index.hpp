// Prepared lists and table keys: whether a value is among many, without walking them. Built when a program is
// sealed, immutable afterwards, so any thread may ask. Used by vm.cpp through sealed_program.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/arena.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// Networks by address: the longest one that holds an address, in one hash probe per prefix length that
/// occurs.
class NetworkIndex {
 public:
  /// Of equal networks the one added last counts. `number` is what find() gives.
  void add(const IpAddress& network, unsigned bits, std::uint32_t number);
  /// After the last add(). False when the networks were made to collide.
  bool finish();
  /// The number of the longest network that holds the address, or kNoIndex.
  std::uint32_t find(const IpAddress& address) const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    IpAddress network;
    std::uint32_t number;
    std::uint16_t bits;
  };
  std::size_t first_place(const IpAddress& network, unsigned bits) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> table_;   ///< open addressing: index into entries_ plus one, 0 free
  std::vector<std::uint8_t> lengths_;  ///< prefix lengths that occur, longest first
};

/// Values by equality, and addresses by network.
class KeyIndex {
 public:
  /// `keys` must outlive the index. Folded copies of strings go to `storage`. Of equal keys the last counts.
  KeyIndex(std::span<const Value> keys, Arena& storage);

  /// False when the keys were made to collide; the index is not usable then.
  bool ok() const { return ok_; }
  /// The number of the key that equals x (or is the longest network around the address x), or kNoIndex.
  std::uint32_t find(const Value& x, bool cased) const;
  bool contains(const Value& x, bool cased) const;
  /// Whether any key is of a kind that the language compares with this one; true where there are no keys.
  bool compares_with(Kind kind) const;

 private:
  std::uint32_t find_equal(const Value& x, bool cased) const;
  bool matches(std::uint32_t number, const Value& x, bool cased) const;

  std::span<const Value> keys_;
  std::vector<Value> folded_;  ///< keys with strings in folded form
  std::vector<std::uint32_t>
      table_;  ///< open addressing by caseless hash: number plus one, 0 free; empty for few keys
  NetworkIndex networks_;
  std::uint64_t sizes_ = 0;  ///< bit (size & 63) of every ASCII key
  std::uint32_t kinds_ = 0;  ///< bit of every kind that occurs
  bool all_ascii_ = true;
  bool ok_ = true;
};

}  // namespace shrike
