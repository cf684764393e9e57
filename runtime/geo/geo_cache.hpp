// What an engine has asked of its address databases lately. An event asks for network, country and place of
// the same address, and logs name few addresses often.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "shrike/geo_database.hpp"

namespace shrike {

/// Belongs to one engine. About 70 KB.
class GeoCache {
 public:
  explicit GeoCache(std::shared_ptr<const GeoDatabase> database) : database_(std::move(database)) {}

  /// Valid until the next call.
  const GeoAnswer& find(const IpAddress& address);

 private:
  static constexpr std::size_t kEntries = 1024;
  struct Entry {
    IpAddress address;
    GeoAnswer answer;
    bool is_used = false;
  };

  std::shared_ptr<const GeoDatabase> database_;
  std::array<Entry, kEntries> entries_{};
};

}  // namespace shrike
