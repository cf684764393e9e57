#include "runtime/geo/geo_cache.hpp"

#include <cstdint>
#include <cstring>

namespace shrike {

const GeoAnswer& GeoCache::find(const IpAddress& address) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.bytes.data(), 8);
  std::memcpy(&low, address.bytes.data() + 8, 8);
  const std::uint64_t mixed = (high ^ (low * 0x9E3779B97F4A7C15u)) * 0xD6E8FEB86659FD93u;
  Entry& entry = entries_[mixed >> 54];
  static_assert(kEntries == 1u << (64 - 54));
  if (!entry.is_used || entry.address != address) entry = {address, database_->find(address), true};
  return entry.answer;
}

}  // namespace shrike
