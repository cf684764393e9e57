// The standard library over files, for tests: what fired, on which record, and what was not read.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/program_data.hpp"
#include "shrike/engine.hpp"
#include "shrike/reader.hpp"

namespace shrike {

/// The embedded standard library, compiled once. Fails the test when it does not compile.
const Program& library_program();

/// The folder of shared data, or nothing (then "skipped: …" has been printed).
std::optional<std::filesystem::path> shared_data();

struct LibraryRun {
  std::vector<Alert> alerts;         ///< in the order given
  std::vector<std::string> rejects;  ///< "file:line reason detail"
  EngineStats stats;

  /// Alerts that have the place "file:line" as evidence.
  std::vector<const Alert*> at(const std::string& place) const;
};

/// Reads the inputs in the order given and decides at the end.
LibraryRun run_library(const Program& program, const std::vector<std::string>& inputs);

/// The text of an alert without where it was read and the hash of the rules: equal for equal content.
std::string comparable(const Alert& alert);
std::vector<std::string> comparable(const LibraryRun& run);

std::string read_file(const std::filesystem::path& path);
std::vector<std::string> lines_of(const std::filesystem::path& path);

/// A folder of its own for a test; removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace shrike
