// Real exports: every CSV gives the records of the NDJSON file beside it, and no file of records gives a
// reject. The data are found through SHRIKE_SHARED, or in ../shared beside the project.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/runtime/reader_collect.hpp"

namespace fs = std::filesystem;
using shrike::reader_test::Collected;

namespace {

fs::path data_folder() {
  const char* const shared = std::getenv("SHRIKE_SHARED");
  const fs::path folder =
      (shared != nullptr ? fs::path(shared) : fs::path(SHRIKE_PROJECT_DIR) / ".." / "shared") / "data";
  if (fs::exists(folder)) return folder;
  std::cout << "skipped: there are no real records in " << folder << "\n";
  return {};
}

Collected read_file(const fs::path& path) {
  Collected found;
  CHECK(shrike::read_input(path.string(), {}, found).has_value());
  return found;
}

}  // namespace

TEST_CASE("reader: CSV exports hold the records of the lines beside them") {
  const fs::path data = data_folder();
  if (data.empty()) return;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(data / "det-eng-samples" / "csv")) {
    if (entry.path().extension() != ".csv") continue;
    ++files;
    CAPTURE(entry.path().string());
    const Collected rows = read_file(entry.path());
    const Collected lines =
        read_file(data / "det-eng-samples" / (entry.path().filename().string() + ".ndjson"));
    CHECK(rows.rejects.empty());
    CHECK(lines.rejects.empty());
    REQUIRE(rows.records.size() == lines.records.size());
    for (std::size_t i = 0; i < rows.records.size(); ++i) {
      const auto row = nlohmann::json::parse(rows.records[i].text);
      CHECK(row.at("AuditData").get<std::string>() == lines.records[i].text);
      CHECK(row.contains("CreationDate"));
      CHECK(row.at("IsValid") == "True");
    }
  }
  CHECK(files == 15);
}

TEST_CASE("reader: every real file of records is read whole") {
  const fs::path data = data_folder();
  if (data.empty()) return;
  std::size_t records = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    if (entry.path().extension() != ".ndjson") continue;
    CAPTURE(entry.path().string());
    const Collected found = read_file(entry.path());
    CHECK(found.rejects.empty());
    std::ifstream file(entry.path());
    std::size_t line = 0;
    for (std::string text; std::getline(file, text); ++line) {
      REQUIRE(line < found.records.size());
      CHECK(found.records[line].text == text);
      CHECK(found.records[line].line == line + 1);
    }
    CHECK(line == found.records.size());
    records += line;
  }
  CHECK(records > 170);
}
