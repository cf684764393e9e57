#include "runtime/final_ledger.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "runtime/firing_bytes.hpp"

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

/// Judges firings in event order by `quiet`; drops what tells the same event twice.
class QuietJudge {
 public:
  QuietJudge(EngineStats& stats, const std::function<void(const Alert&)>& take)
      : stats_(stats), take_(take) {}

  void judge(const Firing& firing) {
    if (firing.alert.id == last_id_) {  // duplicates are neighbours: same time, class, event and rule
      ++stats_.duplicates;
      return;
    }
    last_id_ = firing.alert.id;
    if (firing.quiet > 0 && !firing.quiet_key.empty()) {
      auto [entry, is_new] = standing_.try_emplace(firing.quiet_key);
      Standing& before = entry->second;
      if (!is_new &&
          is_quieted(firing.alert.time, firing.alert.score, firing.quiet, before.time, before.score)) {
        ++stats_.quieted;
        return;
      }
      before = {firing.alert.time, firing.alert.score, firing.alert.time + firing.quiet};
      forget_ended(firing.alert.time);
    }
    ++stats_.alerts;
    take_(firing.alert);
  }

 private:
  struct Standing {
    std::int64_t time = 0;
    int score = 0;
    std::int64_t until = 0;
  };

  /// Quiet times that have ended decide nothing any more.
  void forget_ended(std::int64_t now) {
    if (standing_.size() < purge_at_) return;
    std::erase_if(standing_, [&](const auto& entry) { return entry.second.until <= now; });
    purge_at_ = std::max<std::size_t>(1024, 2 * standing_.size());
  }

  EngineStats& stats_;
  const std::function<void(const Alert&)>& take_;
  std::string last_id_;
  std::unordered_map<std::string, Standing> standing_;
  std::size_t purge_at_ = 1024;
};

}  // namespace

Expected<void> FinalLedger::add(Firing firing) {
  Entry entry{order_key(firing), to_bytes(firing)};
  held_bytes_ += entry.first.size() + entry.second.size() + sizeof(Entry);
  held_.push_back(std::move(entry));
  if (held_bytes_ > memory_bytes_) return spill();
  return {};
}

Expected<void> FinalLedger::spill() {
  std::sort(held_.begin(), held_.end());
  TemporaryFile file(std::tmpfile());
  if (!file) return fail(ErrorCode::kIo, "cannot make a temporary file for pending alerts");
  for (const Entry& entry : held_) {
    if (!write_block(file.get(), entry.first) || !write_block(file.get(), entry.second)) {
      return fail(ErrorCode::kIo, "cannot write pending alerts to a temporary file");
    }
  }
  if (std::fflush(file.get()) != 0)
    return fail(ErrorCode::kIo, "cannot write pending alerts to a temporary file");
  runs_.push_back(std::move(file));
  held_.clear();
  held_bytes_ = 0;
  // Many runs would need many open files; larger ones keep their number small.
  if (runs_.size() >= kMaxRuns) memory_bytes_ *= 2;
  return {};
}

Expected<void> FinalLedger::finish(EngineStats& stats, const std::function<void(const Alert&)>& take) {
  QuietJudge judge(stats, take);
  std::sort(held_.begin(), held_.end());
  if (runs_.empty()) {
    for (const Entry& entry : held_) judge.judge(firing_from_bytes(entry.second));
    held_.clear();
    held_bytes_ = 0;
    return {};
  }
  if (!held_.empty()) {
    if (auto spilled = spill(); !spilled) return spilled;
  }
  std::vector<RunReader> readers;
  for (const TemporaryFile& run : runs_) {
    RunReader reader(run.get());
    if (reader.next()) readers.push_back(std::move(reader));
  }
  const auto later = [](RunReader& a, RunReader& b) { return a.entry() > b.entry(); };
  std::make_heap(readers.begin(), readers.end(), later);
  while (!readers.empty()) {
    std::pop_heap(readers.begin(), readers.end(), later);
    judge.judge(firing_from_bytes(readers.back().entry().second));
    if (readers.back().next()) {
      std::push_heap(readers.begin(), readers.end(), later);
    } else {
      readers.pop_back();
    }
  }
  runs_.clear();
  return {};
}

}  // namespace shrike
