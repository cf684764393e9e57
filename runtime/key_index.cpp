// Hash tables behind prepared lists. Few keys are compared one by one; many are hashed.
#include "runtime/key_index.hpp"

#include <algorithm>
#include <bit>

#include "runtime/address.hpp"
#include "runtime/program_data.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr std::size_t kFewKeys = 4;
constexpr unsigned kV4Bits = 96;

/// What building may probe per key, on average, before the keys count as made to collide.
std::size_t most_probes(std::size_t keys) { return keys * 64 + 4096; }

std::size_t table_size(std::size_t keys) { return std::bit_ceil(keys * 2 + 2); }

constexpr std::uint32_t kind_bit(Kind kind) { return 1U << static_cast<unsigned>(kind); }

}  // namespace

std::size_t NetworkIndex::first_place(const IpAddress& network, unsigned bits) const {
  return hash(Value::of_cidr(&network, bits), false) & (table_.size() - 1);
}

void NetworkIndex::add(const IpAddress& network, unsigned bits, std::uint32_t number) {
  entries_.push_back({network, number, static_cast<std::uint16_t>(bits)});
}

bool NetworkIndex::finish() {
  if (entries_.empty()) return true;
  table_.assign(table_size(entries_.size()), 0);
  bool seen[129] = {};
  std::size_t probes = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    seen[entry.bits] = true;
    std::size_t at = first_place(entry.network, entry.bits);
    for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
      const Entry& other = entries_[table_[at] - 1];
      if (other.bits == entry.bits && other.network == entry.network) break;
      if (++probes > most_probes(entries_.size())) return false;
    }
    table_[at] = static_cast<std::uint32_t>(i + 1);
  }
  for (unsigned bits = 129; bits-- > 0;) {
    if (seen[bits]) lengths_.push_back(static_cast<std::uint8_t>(bits));
  }
  return true;
}

std::uint32_t NetworkIndex::find(const IpAddress& address) const {
  const bool v4 = address.is_v4();
  for (const unsigned bits : lengths_) {
    if (v4 && bits < kV4Bits) break;
    const IpAddress network = mask(address, bits);
    for (std::size_t at = first_place(network, bits); table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
      const Entry& entry = entries_[table_[at] - 1];
      if (entry.bits == bits && entry.network == network) return entry.number;
    }
  }
  return kNoIndex;
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
  ok_ = networks_.finish() && !storage.exhausted();
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
