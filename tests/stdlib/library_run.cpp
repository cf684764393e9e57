#include "tests/stdlib/library_run.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "shrike/compile.hpp"

namespace shrike {
namespace fs = std::filesystem;

const Program& library_program() {
  static const Program program = [] {
    SourceFiles files;
    add_standard_library(files, true);
    auto compiled = compile(files);
    if (!compiled) {
      for (const Diagnostic& d : compiled.error()) std::cerr << render(d, files);
      FAIL("the standard library does not compile");
    }
    return compiled->program;
  }();
  return program;
}

std::optional<fs::path> shared_data() {
  const char* given = std::getenv("SHRIKE_SHARED");
  const fs::path root = given != nullptr ? fs::path(given) : fs::path(SHRIKE_PROJECT_DIR) / ".." / "shared";
  if (fs::is_directory(root / "data")) return root / "data";
  std::cout << "skipped: no shared data at " << root.string() << '\n';
  return std::nullopt;
}

std::vector<const Alert*> LibraryRun::at(const std::string& place) const {
  std::vector<const Alert*> found;
  for (const Alert& alert : alerts) {
    const bool here = std::any_of(alert.evidence.begin(), alert.evidence.end(),
                                  [&](const Evidence& e) { return e.at == place; });
    if (here) found.push_back(&alert);
  }
  return found;
}

LibraryRun run_library(const Program& program, const std::vector<std::string>& inputs) {
  EngineOptions options;
  options.decide = Decide::kFinal;
  Engine engine(program, options);
  LibraryRun run;
  struct Sink : RecordSink {
    Sink(Engine& e, LibraryRun& r) : engine(e), run(r) {}
    bool record(std::string_view padded, const RecordPlace& place) override {
      if (auto fed = engine.feed_padded(padded, place); !fed)
        add(place, engine.last_reject(), fed.error().message);
      return true;
    }
    void reject(const Reject& reject) override { add(reject.place, reject.reason, reject.detail); }
    void add(const RecordPlace& place, RejectReason reason, std::string_view detail) {
      run.rejects.push_back(std::string(place.file) + ":" + std::to_string(place.line) + " " +
                            std::string(name_of(reason)) + " " + std::string(detail));
    }
    Engine& engine;
    LibraryRun& run;
  } sink(engine, run);
  for (const std::string& input : inputs) {
    const auto read = read_input(input, {}, sink);
    if (!read) run.rejects.push_back(input + ": " + read.error().message);
  }
  const auto finished = engine.finish([&](const Alert& alert) { run.alerts.push_back(alert); });
  if (!finished) run.rejects.push_back(finished.error().message);
  run.stats = engine.stats();
  return run;
}

std::string comparable(const Alert& alert) {
  nlohmann::ordered_json json = to_json(alert);
  json.erase("ruleset");
  for (auto& event : json["evidence"]) event.erase("at");
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<std::string> comparable(const LibraryRun& run) {
  std::vector<std::string> all;
  for (const Alert& alert : run.alerts) all.push_back(comparable(alert));
  return all;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "shrike-test-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data()) == nullptr ? fs::temp_directory_path() : fs::path(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (path_ != fs::temp_directory_path()) fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
  return (path_ / name).string();
}

}  // namespace shrike
