// Prepared lists and table keys: whether a value is among many, without walking them. Built when a program is
// sealed, immutable afterwards, so any thread may ask. Used by vm.cpp through sealed_program.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/arena.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// Networks by address: the longest one that holds an address, by binary search. The addresses are cut where
/// a network begins or ends; each piece has its longest network.
class NetworkIndex {
 public:
  /// `number` is what find() gives. Of equal networks the one with the largest number counts.
  void add(const IpAddress& network, unsigned bits, std::uint32_t number);
  /// After the last add().
  void finish();
  /// The number of the longest network that holds the address, or kNoIndex. Networks shorter than 96 bits
  /// hold no IPv4 addresses.
  std::uint32_t find(const IpAddress& address) const;
  bool empty() const { return pieces_.empty(); }

 private:
  /// An address as a number.
  struct Place {
    std::uint64_t high = 0, low = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Network {
    Place first, last;
    std::uint32_t number;
  };
  struct Piece {
    Place first;
    std::uint32_t number;
  };
  static Place place_of(const IpAddress& address);
  void begin_piece(const Place& first, std::uint32_t number);

  std::vector<Network> networks_;  ///< until finish()
  std::vector<Piece> pieces_;      ///< by `first`; before the first one there is no network
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
