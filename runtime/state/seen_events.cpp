#include "runtime/state/seen_events.hpp"

#include <algorithm>
#include <cstring>

namespace shrike {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1'000'000'000;
constexpr std::size_t kDigestBytes = 14;
constexpr std::size_t kFirstTable = 256;

/// Digests are spread evenly, so their first bytes are a hash.
std::size_t hash_of(const std::array<std::uint8_t, 16>& entry) {
  std::uint64_t hash;
  std::memcpy(&hash, entry.data(), sizeof hash);
  return hash;
}

}  // namespace

/// Days since 1970, never 0; times far off are put to the ends.
std::uint16_t SeenEvents::day_at(std::int64_t time) {
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(time / kDay, 1, 65'535));
}

SeenEvents::Entry SeenEvents::entry_of(const Digest::Bytes& digest, std::uint16_t day) {
  Entry entry = digest;
  entry[14] = static_cast<std::uint8_t>(day >> 8);
  entry[15] = static_cast<std::uint8_t>(day & 0xff);
  return entry;
}

void SeenEvents::add(const Digest::Bytes& digest, std::int64_t time) {
  const std::uint16_t day = day_at(time);
  if (day < oldest_) return;
  if ((count_ + 1) * 5 > table_.size() * 4) rebuild(oldest_, std::max(kFirstTable, table_.size() * 2));
  if (insert(entry_of(digest, day))) ++count_;
}

bool SeenEvents::insert(const Entry& entry) {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t place = hash_of(entry) & mask;; place = (place + 1) & mask) {
    if (day_of(table_[place]) == 0) {
      table_[place] = entry;
      return true;
    }
    if (std::equal(entry.begin(), entry.begin() + kDigestBytes, table_[place].begin())) return false;
  }
}

bool SeenEvents::contains(const Digest::Bytes& digest) const {
  if (table_.empty()) return false;
  const Entry wanted = entry_of(digest, 1);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t place = hash_of(wanted) & mask; day_of(table_[place]) != 0; place = (place + 1) & mask) {
    if (std::equal(wanted.begin(), wanted.begin() + kDigestBytes, table_[place].begin())) return true;
  }
  return false;
}

void SeenEvents::rebuild(std::uint16_t first, std::size_t size) {
  std::vector<Entry> old(size, Entry{});
  old.swap(table_);
  count_ = 0;
  oldest_ = first;
  for (const Entry& entry : old) {
    if (day_of(entry) != 0 && day_of(entry) >= first && insert(entry)) ++count_;
  }
}

void SeenEvents::forget_before(std::int64_t time) {
  // Once a day is enough.
  const std::uint16_t day = day_at(time);
  if (day <= oldest_) return;
  oldest_ = day;
  if (!table_.empty()) rebuild(day, table_.size());
}

std::size_t SeenEvents::forget_oldest_day() {
  std::uint16_t oldest = 0;
  for (const Entry& entry : table_) {
    if (day_of(entry) != 0 && (oldest == 0 || day_of(entry) < oldest)) oldest = day_of(entry);
  }
  if (oldest == 0) return 0;
  const std::size_t before = count_;
  std::size_t kept = 0;
  for (const Entry& entry : table_) kept += day_of(entry) > oldest ? 1U : 0U;
  std::size_t size = kFirstTable;
  while (kept * 5 > size * 4) size *= 2;
  rebuild(static_cast<std::uint16_t>(oldest + 1), size);
  return before - count_;
}

void SeenEvents::save(std::string& out) const {
  std::vector<Entry> sorted;
  for (const Entry& entry : table_) {
    if (day_of(entry) != 0) sorted.push_back(entry);
  }
  std::sort(sorted.begin(), sorted.end());
  append_unsigned(out, oldest_);
  append_unsigned(out, sorted.size());
  for (const Entry& entry : sorted) out.append(reinterpret_cast<const char*>(entry.data()), entry.size());
}

bool SeenEvents::load(BytesReader& bytes) {
  const std::uint64_t oldest = bytes.unsigned_number(), count = bytes.unsigned_number();
  if (!bytes.ok() || oldest > 65'535 || count > bytes.rest().size() / sizeof(Entry)) return false;
  std::size_t size = kFirstTable;
  while (count * 5 >= size * 4) size *= 2;
  rebuild(static_cast<std::uint16_t>(oldest), size);
  for (std::uint64_t i = 0; i < count; ++i) {
    Entry entry;
    const std::string_view one = bytes.bytes(sizeof(Entry));
    std::memcpy(entry.data(), one.data(), one.size());
    if (day_of(entry) != 0 && insert(entry)) ++count_;
  }
  return true;
}

}  // namespace shrike
