// Whole files of the project and of the language's documents: all parse, and print back as the same.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "parsed.hpp"

namespace shrike {
namespace {

namespace fs = std::filesystem;
using tests::Parsed;

void reads_and_prints(const fs::path& path) {
  CAPTURE(path.string());
  std::ifstream in(path, std::ios::binary);
  const Parsed parsed(std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
  REQUIRE(parsed.messages() == "");
  REQUIRE_FALSE(parsed.file.declarations.empty());
  const Parsed once(parsed.formatted());
  REQUIRE(once.messages() == "");
  CHECK(ast::same(parsed.file, once.file));
  CHECK(parsed.file.comments.size() == once.file.comments.size());
  CHECK(once.formatted() == once.files[0].text);
}

TEST_CASE("the standard library parses and prints back as the same") {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SHRIKE_PROJECT_DIR) / "stdlib-rules")) {
    if (entry.path().extension() != ".shrike") continue;
    reads_and_prints(entry.path());
    ++count;
  }
  CHECK(count > 10);
}

TEST_CASE("the examples of the language parse and print back as the same") {
  const char* shared = std::getenv("SHRIKE_SHARED");
  const fs::path path = (shared != nullptr ? fs::path(shared) : fs::path(SHRIKE_PROJECT_DIR) / "../shared") /
                        "docs/examples.shrike";
  if (!fs::exists(path)) {
    std::cout << "skipped: " << path.string() << " is not there\n";
    return;
  }
  reads_and_prints(path);
}

}  // namespace
}  // namespace shrike
