// Ids of events that were taken, in 16 bytes each, so that an event that is told again days later counts
// once. Used by state_stage.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/digest.hpp"
#include "runtime/state/value_bytes.hpp"

namespace shrike {

class SeenEvents {
 public:
  /// `time`: of the event, nanoseconds since 1970.
  void add(const Digest::Bytes& digest, std::int64_t time);
  bool contains(const Digest::Bytes& digest) const;
  /// Forgets events of the days before that time.
  void forget_before(std::int64_t time);
  /// Forgets the oldest day, for want of memory; the number of events that went.
  std::size_t forget_oldest_day();

  std::size_t size() const { return count_; }
  std::size_t bytes() const { return table_.capacity() * sizeof(Entry); }

  void save(std::string& out) const;
  bool load(BytesReader& bytes);

 private:
  /// 14 bytes of the digest, then the number of the day; day 0 is a free place.
  using Entry = std::array<std::uint8_t, 16>;

  static Entry entry_of(const Digest::Bytes& digest, std::uint16_t day);
  static std::uint16_t day_of(const Entry& entry) {
    return static_cast<std::uint16_t>(entry[14] << 8 | entry[15]);
  }
  static std::uint16_t day_at(std::int64_t time);
  bool insert(const Entry& entry);
  /// Makes the table anew with the days from `first` on.
  void rebuild(std::uint16_t first, std::size_t size);

  std::vector<Entry> table_;
  std::size_t count_ = 0;
  std::uint16_t oldest_ = 0;  ///< day before which nothing is kept
};

}  // namespace shrike
