// Entries put into the order of their keys, in memory as far as that is allowed, on disk beyond it (external
// merge sort). Used for what waits for the end of an input: alerts, and events of rules with state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shrike/error.hpp"

namespace shrike {

class SortedRuns {
 public:
  explicit SortedRuns(std::size_t memory_bytes) : memory_bytes_(memory_bytes) {}

  /// Keys compare as bytes; entries of one key by their bytes. Errors: kIo when a temporary file cannot be
  /// written.
  Expected<void> add(std::string_view key, std::string_view bytes);

  /// Calls `take` for every entry in order and forgets them all. Stops at the first error that `take` gives.
  Expected<void> drain(
      const std::function<Expected<void>(std::string_view key, std::string_view bytes)>& take);

 private:
  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using TemporaryFile = std::unique_ptr<std::FILE, FileCloser>;
  /// An entry in `text_`: its key, then its bytes.
  struct Entry {
    std::uint64_t prefix = 0;  ///< the first bytes of the key, which decide most comparisons
    std::size_t at = 0;
    std::uint32_t key_size = 0, size = 0;
  };

  std::string_view key_of(const Entry& entry) const { return {text_.data() + entry.at, entry.key_size}; }
  std::string_view bytes_of(const Entry& entry) const {
    return {text_.data() + entry.at + entry.key_size, entry.size};
  }
  void sort();
  Expected<void> spill();

  std::size_t memory_bytes_;
  std::string text_;
  std::vector<Entry> held_;
  std::vector<TemporaryFile> runs_;
};

/// Appends text so that keys of several texts compare part by part.
void append_key_part(std::string& key, std::string_view part);
/// The first part as it stands in the key, and its text.
std::string_view first_key_part(std::string_view key);
std::string text_of_key_part(std::string_view part);
/// Appends a time so that bytes compare as times do.
void append_key_time(std::string& key, std::int64_t time);

}  // namespace shrike
