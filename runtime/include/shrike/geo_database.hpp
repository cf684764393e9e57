// Databases that tell country, place and network of addresses: files in the MaxMind DB format (.mmdb).
//   const std::vector<std::string> files{"GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb"};
//   auto geo = shrike::GeoDatabase::open(files);
//   if (geo) options.geo = *geo;  // EngineOptions of engine.hpp
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shrike/error.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// What is known of an address.
struct GeoAnswer {
  std::array<char, 2> country{};  ///< ISO 3166-1 alpha-2 in capitals; zeros when unknown
  std::optional<Place> place;
  std::int64_t asn = 0;  ///< number of the autonomous system; 0 when unknown

  bool has_country() const { return country[0] != 0; }
  bool is_complete() const { return has_country() && place && asn != 0; }
};

/// Immutable once opened; find() may be called from several threads at once, engines may share one.
/// Files are mapped into memory, not read: replace one by renaming a new file to its name, never shorten it
/// while it is in use.
///
/// Fields that are read, of each the first that is there:
///   country  country.iso_code; country_code; country (text). Two letters, or it counts as not there
///   place    location.latitude and location.longitude; latitude and longitude (numbers, or text of one)
///   asn      autonomous_system_number; asn (a number, "64500" or "AS64500")
/// That is GeoLite2 and GeoIP2 Country, City and ASN, DB-IP Lite, and the flat forms of other free databases.
class GeoDatabase {
 public:
  struct File {
    std::string path;
    std::string type;        ///< as the file names it, "GeoLite2-City"; quoted from the file
    std::int64_t built = 0;  ///< nanoseconds since 1970, UTC
  };

  /// Of several files the first that has an answer wins, for each field by itself. Errors: kIo for a file
  /// that cannot be opened, kFormat for one that is no MaxMind DB or is damaged, kLimit for one of 4 GiB or
  /// more. Damage that only single addresses meet shows as no answer for these.
  static Expected<std::shared_ptr<const GeoDatabase>> open(std::span<const std::string> files);
  ~GeoDatabase();
  GeoDatabase(const GeoDatabase&) = delete;
  GeoDatabase& operator=(const GeoDatabase&) = delete;

  /// The work is bounded, whatever the files hold.
  GeoAnswer find(const IpAddress& address) const noexcept;

  std::span<const File> files() const { return files_; }

 private:
  class Reader;
  GeoDatabase();

  std::vector<std::unique_ptr<const Reader>> readers_;
  std::vector<File> files_;
};

}  // namespace shrike
