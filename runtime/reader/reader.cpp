// The public functions of the reader: which inputs a path means, one after the other.
#include "shrike/reader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/reader/byte_source.hpp"
#include "runtime/reader/read_stream.hpp"
#include "runtime/reader/text_window.hpp"

namespace shrike {
namespace {

namespace fs = std::filesystem;
using reader::FileBytes;
using reader::kDefaultChunk;
using reader::ProgressCount;

struct FoundFiles {
  std::vector<std::string> paths;
  std::vector<std::string> passed_over;  ///< pipes, sockets, devices
  std::uint64_t bytes = 0;
  std::vector<std::string> failures;
};

/// A folder that a symbolic link leads back to is not entered again.
using FolderIdentity = std::pair<dev_t, ino_t>;

void find_files(const std::string& folder, std::vector<FolderIdentity>& above, FoundFiles& found) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::string name = entries->path().filename().string();
    if (!name.starts_with('.')) names.push_back(std::move(name));
  }
  if (error) found.failures.push_back("Cannot read the folder '" + folder + "': " + error.message());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    std::string path = folder;
    if (!path.ends_with('/')) path += '/';
    path += name;
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      found.failures.push_back("Cannot open '" + path + "': " + std::generic_category().message(errno));
    } else if (S_ISDIR(status.st_mode)) {
      const FolderIdentity identity{status.st_dev, status.st_ino};
      if (std::find(above.begin(), above.end(), identity) != above.end()) continue;
      above.push_back(identity);
      find_files(path, above, found);
      above.pop_back();
    } else if (S_ISREG(status.st_mode)) {
      found.paths.push_back(path);
      found.bytes += static_cast<std::uint64_t>(status.st_size);
    } else {
      found.passed_over.push_back(path);
    }
  }
}

FoundFiles inputs_of(const std::string& path) {
  FoundFiles found;
  struct stat status{};
  if (path != "-" && ::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      std::vector<FolderIdentity> above{{status.st_dev, status.st_ino}};
      find_files(path, above, found);
      return found;
    }
    if (S_ISREG(status.st_mode)) found.bytes = static_cast<std::uint64_t>(status.st_size);
  }
  found.paths.push_back(path);
  return found;
}

Expected<void> read_all(const std::string& path, const ReadLimits& limits, RecordSink& sink,
                        const ReadProgress& tell) {
  FoundFiles found = inputs_of(path);
  for (const std::string& special : found.passed_over) sink.pass_over(special);
  ProgressCount progress(tell, found.bytes);
  for (const std::string& file : found.paths) {
    FileBytes bytes(&progress);
    bool stopped = false;
    auto done = bytes.open(file);
    if (done) done = reader::read_stream(bytes, file, limits, sink, kDefaultChunk, stopped);
    if (!done) found.failures.push_back(done.error().message);
    if (stopped) return {};
  }
  progress.finish();
  if (found.failures.empty()) return {};
  std::string message = found.failures.front();
  if (found.failures.size() > 1) message += " (and " + std::to_string(found.failures.size() - 1) + " more)";
  return fail(ErrorCode::kIo, std::move(message));
}

Error out_of_memory() { return {ErrorCode::kLimit, "There is not enough memory to read the input."}; }

}  // namespace

std::string_view name_of(RejectReason reason) {
  switch (reason) {
    case RejectReason::kBadJson:
      return "bad_json";
    case RejectReason::kTooLarge:
      return "too_large";
    case RejectReason::kTooDeep:
      return "too_deep";
    case RejectReason::kBadEncoding:
      return "bad_encoding";
    case RejectReason::kBadCsv:
      return "bad_csv";
    case RejectReason::kBadCompression:
      return "bad_compression";
    case RejectReason::kTimeMissing:
      return "time_missing";
    case RejectReason::kLimit:
      return "limit";
  }
  return "unknown";
}

Expected<void> read_input(const std::string& path, const ReadLimits& limits, RecordSink& sink,
                          const ReadProgress& progress) {
  try {
    return read_all(path, limits, sink, progress);
  } catch (const std::bad_alloc&) {
    return tl::unexpected(out_of_memory());
  }
}

Expected<void> read_input(const std::string& path, const ReadLimits& limits, RecordSink& sink) {
  return read_input(path, limits, sink, ReadProgress());
}

Expected<void> read_bytes(std::string_view bytes, std::string_view name, const ReadLimits& limits,
                          RecordSink& sink) {
  try {
    reader::MemoryBytes memory(bytes);
    bool stopped = false;
    return reader::read_stream(memory, name, limits, sink, std::min(kDefaultChunk, bytes.size()), stopped);
  } catch (const std::bad_alloc&) {
    return tl::unexpected(out_of_memory());
  }
}

}  // namespace shrike
