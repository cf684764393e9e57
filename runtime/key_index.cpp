// Hash tables behind prepared lists. Few keys are compared one by one; many are hashed.
#include "runtime/key_index.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include "runtime/address.hpp"
#include "runtime/program_data.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr std::size_t kFewKeys = 4;

/// What building may probe per key, on average, before the keys count as made to collide.
std::size_t most_probes(std::size_t keys) { return keys * 64 + 4096; }

std::size_t table_size(std::size_t keys) { return std::bit_ceil(keys * 2 + 2); }

constexpr std::uint32_t kind_bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }

}  // namespace

NetworkIndex::Place NetworkIndex::place_of(const IpAddress& address) {
  Place place;
  for (std::size_t i = 0; i < 8; ++i) {
    place.high = place.high << 8 | address.bytes[i];
    place.low = place.low << 8 | address.bytes[i + 8];
  }
  return place;
}

void NetworkIndex::add(const IpAddress& network, unsigned bits, std::uint32_t number) {
  Network added{place_of(mask(network, bits)), {}, number};
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  added.last = {added.first.high | (bits < 64 ? kAll >> bits : 0),
                added.first.low | (bits <= 64   ? kAll
                                   : bits < 128 ? kAll >> (bits - 64)
                                                : 0)};
  networks_.push_back(added);
}

void NetworkIndex::begin_piece(const Place& first, std::uint32_t number) {
  if (!pieces_.empty() && pieces_.back().first == first) {
    pieces_.back().number = number;
  } else {
    pieces_.push_back({first, number});
  }
}

void NetworkIndex::finish() {
  if (networks_.empty()) return;
  // What holds all IPv4 addresses and more holds none of them.
  networks_.push_back({{0, 0xffff00000000}, {0, 0xffffffffffff}, kNoIndex});
  // Of those that begin alike the outer ones first; of equal ones the last counts, kNoIndex is the first.
  std::sort(networks_.begin(), networks_.end(), [](const Network& a, const Network& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.last != b.last ? a.last > b.last : a.number + 1 < b.number + 1;
  });
  std::vector<Network> open;
  const auto close = [&] {
    Place behind = open.back().last;
    open.pop_back();
    if (++behind.low == 0) ++behind.high;
    if (behind != Place{}) begin_piece(behind, open.empty() ? kNoIndex : open.back().number);
  };
  for (const Network& network : networks_) {
    while (!open.empty() && open.back().last < network.first) close();
    begin_piece(network.first, network.number);
    open.push_back(network);
  }
  while (!open.empty()) close();
  std::vector<Network>().swap(networks_);
}

std::uint32_t NetworkIndex::find(const IpAddress& address) const {
  const auto behind =
      std::upper_bound(pieces_.begin(), pieces_.end(), place_of(address),
                       [](const Place& place, const Piece& piece) { return place < piece.first; });
  return behind == pieces_.begin() ? kNoIndex : std::prev(behind)->number;
}

KeyIndex::KeyIndex(std::span<const Value> keys, Arena& storage) : keys_(keys) {
  folded_.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Value key = keys[i];
    kinds_ |= kind_bit(key.kind);
    if (key.kind == Kind::kCidr) networks_.add(*key.address, key.prefix_bits, static_cast<std::uint32_t>(i));
    if (key.kind == Kind::kString) {
      if (!is_ascii(key.as_string())) {
        all_ascii_ = false;
      }
      sizes_ |= std::uint64_t{1} << (key.size & 63);
      key = Value::of_string(fold_case(key.as_string(), storage), Value::kFolded);
    }
    folded_.push_back(key);
  }
  kinds_ &= ~kind_bit(Kind::kMissing);
  networks_.finish();
  ok_ = !storage.exhausted();
  if (!ok_ || keys.size() <= kFewKeys) return;
  table_.assign(table_size(keys.size()), 0);
  const std::size_t mask = table_.size() - 1;
  std::size_t probes = 0;
  for (std::size_t i = keys.size(); i-- > 0;) {
    if (keys[i].is_missing()) continue;
    std::size_t at = hash(keys[i], false) & mask;
    for (; table_[at] != 0; at = (at + 1) & mask) {
      if (equal(keys[table_[at] - 1], keys[i], true)) break;
      if (++probes > most_probes(keys.size())) {
        ok_ = false;
        return;
      }
    }
    if (table_[at] == 0) table_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

bool KeyIndex::matches(std::uint32_t number, const Value& x, bool cased) const {
  const Value& folded = folded_[number];
  if (!cased && x.kind == Kind::kString && folded.kind == Kind::kString) {
    return equal_folded(x.as_string(), (x.flags & Value::kAscii) != 0, folded.as_string());
  }
  return equal(x, keys_[number], cased);
}

std::uint32_t KeyIndex::find_equal(const Value& x, bool cased) const {
  if (table_.empty()) {
    for (std::size_t i = keys_.size(); i-- > 0;) {
      if (matches(static_cast<std::uint32_t>(i), x, cased)) return static_cast<std::uint32_t>(i);
    }
    return kNoIndex;
  }
  if (x.kind == Kind::kString && (x.flags & Value::kAscii) != 0 && all_ascii_ &&
      (sizes_ >> (x.size & 63) & 1) == 0) {
    return kNoIndex;
  }
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash(x, false) & mask; table_[at] != 0; at = (at + 1) & mask) {
    if (matches(table_[at] - 1, x, cased)) return table_[at] - 1;
  }
  return kNoIndex;
}

std::uint32_t KeyIndex::find(const Value& x, bool cased) const {
  if (x.is_missing()) return kNoIndex;
  if (x.kind == Kind::kIp && !networks_.empty()) {
    const std::uint32_t found = networks_.find(*x.address);
    if (found != kNoIndex) return found;
  }
  return (kinds_ & kind_bit(x.kind)) != 0 || compares_with(x.kind) ? find_equal(x, cased) : kNoIndex;
}

bool KeyIndex::contains(const Value& x, bool cased) const { return find(x, cased) != kNoIndex; }

bool KeyIndex::compares_with(Kind kind) const {
  constexpr std::uint32_t kNumbers = kind_bit(Kind::kInt) | kind_bit(Kind::kFloat);
  if (kinds_ == 0) return true;
  std::uint32_t compared = kind_bit(kind);
  if ((compared & kNumbers) != 0) compared = kNumbers;
  if (kind == Kind::kIp) compared |= kind_bit(Kind::kCidr);
  return (kinds_ & compared) != 0;
}

}  // namespace shrike
