// Real records of every shape: each is accepted, and what a path finds is what looking the names up in the
// whole document finds. The samples are not part of this project.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "runtime/record_decoder.hpp"

using namespace shrike;

namespace {

std::filesystem::path data_folder() {
  const char* const shared = std::getenv("SHRIKE_SHARED");
  return (shared != nullptr ? std::filesystem::path(shared)
                            : std::filesystem::path(SHRIKE_PROJECT_DIR) / ".." / "shared") /
         "data";
}

std::string written(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace

TEST_CASE("real records: paths find what the whole document holds") {
  const std::vector<RawPath> paths = {
      {"creationtime"},
      {"Operation"},
      {"AuditData"},
      {"AuditData", "Operation"},
      {"Parameters"},
      {"ExtendedProperties"},
      {"properties"},
      {"properties", "status", "errorCode"},
      {"properties", "userprincipalname"},
      {"properties", "initiatedBy", "user", "id"},
      {"status", "errorCode"},
      {"callerIpAddress"},
      {"TimeGenerated"},
      {"LocationDetails"},
      {"AppAccessContext", "AADSessionId"},
      {},
  };
  std::error_code none;
  std::size_t records = 0;
  std::size_t present = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_folder(), none)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".ndjson") || name.ends_with(".expected.ndjson") || name == "labels.ndjson") continue;
    std::ifstream in(entry.path());
    RecordDecoder decoder(paths, {});
    JsonDecoder whole;
    for (std::string line; std::getline(in, line);) {
      if (line.find_first_not_of(" \r\t") == std::string::npos) continue;
      CAPTURE(name);
      const std::string padded = line + std::string(kRecordPadding, '}');
      Arena arena;
      const auto document = whole.decode(line, arena);
      REQUIRE(document.has_value());
      REQUIRE(decoder.decode(std::string_view(padded).substr(0, line.size())).has_value());
      ++records;
      for (std::size_t p = 0; p < paths.size(); ++p) {
        Value expected = *document;
        for (const std::string& member : paths[p]) expected = find(expected, member);
        REQUIRE(written(decoder.value(p, arena)) == written(expected));
        if (!expected.is_missing()) ++present;
      }
    }
  }
  if (records == 0) {
    std::cout << "skipped: no sample records in " << data_folder().string() << '\n';
    return;
  }
  CHECK(present > 2 * records);
}
