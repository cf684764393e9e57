#include "runtime/sorted_runs.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace shrike {
namespace {

constexpr std::size_t kMaxRuns = 64;

bool write_block(std::FILE* file, std::string_view text) {
  const auto size = static_cast<std::uint64_t>(text.size());
  return std::fwrite(&size, sizeof size, 1, file) == 1 &&
         std::fwrite(text.data(), 1, text.size(), file) == text.size();
}

/// Reads entries of a sorted run one by one.
class RunReader {
 public:
  explicit RunReader(std::FILE* file) : file_(file) { std::rewind(file_); }

  bool next() { return read_block(entry_.first) && read_block(entry_.second); }
  std::pair<std::string, std::string>& entry() { return entry_; }

 private:
  bool read_block(std::string& text) {
    std::uint64_t size = 0;
    if (std::fread(&size, sizeof size, 1, file_) != 1) return false;
    text.resize(size);
    return std::fread(text.data(), 1, size, file_) == size;
  }

  std::FILE* file_;
  std::pair<std::string, std::string> entry_;
};

}  // namespace

Expected<void> SortedRuns::add(std::string_view key, std::string_view bytes) {
  constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (key.size() > kMost || bytes.size() > kMost)
    return fail(ErrorCode::kLimit, "what waits for the end is larger than allowed");
  Entry entry{0, text_.size(), static_cast<std::uint32_t>(key.size()),
              static_cast<std::uint32_t>(bytes.size())};
  for (std::size_t i = 0; i < sizeof entry.prefix; ++i)
    entry.prefix = entry.prefix << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  // Growing by doubling would copy much and hold twice as much; what is not written to takes no memory.
  constexpr std::size_t kMuch = std::size_t{1} << 20;
  if (text_.size() > kMuch && text_.capacity() < memory_bytes_) text_.reserve(memory_bytes_);
  text_ += key;
  text_ += bytes;
  held_.push_back(entry);
  if (text_.size() + held_.size() * sizeof(Entry) > memory_bytes_) return spill();
  return {};
}

void SortedRuns::sort() {
  std::sort(held_.begin(), held_.end(), [this](const Entry& a, const Entry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = key_of(a).compare(key_of(b));
    return order != 0 ? order < 0 : bytes_of(a) < bytes_of(b);
  });
}

Expected<void> SortedRuns::spill() {
  sort();
  TemporaryFile file(std::tmpfile());
  if (!file) return fail(ErrorCode::kIo, "cannot make a temporary file for what waits for the end");
  for (const Entry& entry : held_) {
    if (!write_block(file.get(), key_of(entry)) || !write_block(file.get(), bytes_of(entry)))
      return fail(ErrorCode::kIo, "cannot write to a temporary file");
  }
  if (std::fflush(file.get()) != 0) return fail(ErrorCode::kIo, "cannot write to a temporary file");
  runs_.push_back(std::move(file));
  held_.clear();
  text_.clear();
  // Many runs would need many open files; larger ones keep their number small.
  if (runs_.size() >= kMaxRuns) memory_bytes_ *= 2;
  return {};
}

Expected<void> SortedRuns::drain(
    const std::function<Expected<void>(std::string_view key, std::string_view bytes)>& take) {
  if (!runs_.empty() && !held_.empty()) {
    if (auto spilled = spill(); !spilled) return spilled;
  }
  sort();
  Expected<void> taken;
  for (std::size_t i = 0; i < held_.size() && taken; ++i) taken = take(key_of(held_[i]), bytes_of(held_[i]));
  // Assigning {} would keep what they hold.
  std::vector<Entry>().swap(held_);
  std::string().swap(text_);
  if (!taken) return taken;
  const std::vector<TemporaryFile> runs = std::exchange(runs_, {});
  std::vector<RunReader> readers;
  for (const TemporaryFile& run : runs) {
    RunReader reader(run.get());
    if (reader.next()) readers.push_back(std::move(reader));
  }
  const auto later = [](RunReader& a, RunReader& b) { return a.entry() > b.entry(); };
  std::make_heap(readers.begin(), readers.end(), later);
  while (!readers.empty()) {
    std::pop_heap(readers.begin(), readers.end(), later);
    RunReader& first = readers.back();
    if (taken = take(first.entry().first, first.entry().second); !taken) return taken;
    if (first.next()) {
      std::push_heap(readers.begin(), readers.end(), later);
    } else {
      readers.pop_back();
    }
  }
  return {};
}

void append_key_part(std::string& key, std::string_view part) {
  if (part.find('\0') == std::string_view::npos) {
    key += part;
  } else {
    for (const char c : part) {
      key += c;
      if (c == '\0') key += '\xff';
    }
  }
  key.append(2, '\0');
}

std::string_view first_key_part(std::string_view key) {
  return key.substr(0, key.find(std::string_view("\0\0", 2)) + 2);
}

std::string text_of_key_part(std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i + 2 < part.size(); ++i) {
    text += part[i];
    if (part[i] == '\0') ++i;
  }
  return text;
}

void append_key_time(std::string& key, std::int64_t time) {
  // Big-endian with the sign flipped.
  const std::uint64_t bits = static_cast<std::uint64_t>(time) ^ (std::uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(bits >> shift);
}

}  // namespace shrike
