#include "runtime/sorted_runs.hpp"

#include <algorithm>
#include <cstdint>

namespace shrike {
namespace {

constexpr std::size_t kMaxRuns = 64;

bool write_block(std::FILE* file, const std::string& text) {
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

Expected<void> SortedRuns::add(std::string key, std::string bytes) {
  held_bytes_ += key.size() + bytes.size() + sizeof(Entry);
  held_.emplace_back(std::move(key), std::move(bytes));
  if (held_bytes_ > memory_bytes_) return spill();
  return {};
}

Expected<void> SortedRuns::spill() {
  std::sort(held_.begin(), held_.end());
  TemporaryFile file(std::tmpfile());
  if (!file) return fail(ErrorCode::kIo, "cannot make a temporary file for what waits for the end");
  for (const Entry& entry : held_) {
    if (!write_block(file.get(), entry.first) || !write_block(file.get(), entry.second))
      return fail(ErrorCode::kIo, "cannot write to a temporary file");
  }
  if (std::fflush(file.get()) != 0) return fail(ErrorCode::kIo, "cannot write to a temporary file");
  runs_.push_back(std::move(file));
  held_.clear();
  held_bytes_ = 0;
  // Many runs would need many open files; larger ones keep their number small.
  if (runs_.size() >= kMaxRuns) memory_bytes_ *= 2;
  return {};
}

Expected<void> SortedRuns::drain(
    const std::function<Expected<void>(std::string_view key, std::string_view bytes)>& take) {
  if (!runs_.empty() && !held_.empty()) {
    if (auto spilled = spill(); !spilled) return spilled;
  }
  std::sort(held_.begin(), held_.end());
  const std::vector<Entry> held = std::exchange(held_, {});
  held_bytes_ = 0;
  for (const auto& [key, bytes] : held) {
    if (auto taken = take(key, bytes); !taken) return taken;
  }
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
    if (auto taken = take(first.entry().first, first.entry().second); !taken) return taken;
    if (first.next()) {
      std::push_heap(readers.begin(), readers.end(), later);
    } else {
      readers.pop_back();
    }
  }
  return {};
}

void append_key_part(std::string& key, std::string_view part) {
  for (const char c : part) {
    key += c;
    if (c == '\0') key += '\xff';
  }
  key.append(2, '\0');
}

std::string first_key_part(std::string_view key) {
  std::string part;
  for (std::size_t i = 0; i + 1 < key.size() && !(key[i] == '\0' && key[i + 1] == '\0'); ++i) {
    part += key[i];
    if (key[i] == '\0') ++i;
  }
  return part;
}

void append_key_time(std::string& key, std::int64_t time) {
  // Big-endian with the sign flipped.
  const std::uint64_t bits = static_cast<std::uint64_t>(time) ^ (std::uint64_t{1} << 63);
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(bits >> shift);
}

}  // namespace shrike
