// What the compiler says, to the letter: every sample in tests/golden/diagnostics has the messages it must
// give in a .txt file of the same name. A sample is called after the row of the table of diagnostics that it
// shows, with a suffix where there are several. SHRIKE_UPDATE=1 writes the .txt files anew; read the
// difference before you keep it.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "dsl/compilation.hpp"
#include "dsl/diagnostics.hpp"
#include "shrike/compile.hpp"

namespace shrike {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(SHRIKE_PROJECT_DIR) / "tests/golden/diagnostics";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

std::vector<fs::path> samples() {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".shrike") result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// The messages about a sample, as a terminal shows them. It is compiled beside the standard library's
/// classes, sources and lists.
std::string messages_of(const fs::path& sample) {
  SourceFiles files{{sample.filename().string(), read(sample)}};
  add_standard_library(files, false);
  Analysis analysis = analyse(files);
  // What the checker lets pass may still be refused by the code generator.
  if (!analysis.has_errors()) build(analysis.model, files, {}, analysis.diagnostics);
  std::string all;
  for (const Diagnostic& d : analysis.diagnostics) {
    // What the library's lists are for is no matter of the sample.
    if (d.where.file == 0) all += (all.empty() ? "" : "\n") + render(d, files);
  }
  return all;
}

TEST_CASE("messages are as written down") {
  const char* update = std::getenv("SHRIKE_UPDATE");
  for (const fs::path& sample : samples()) {
    CAPTURE(sample.filename().string());
    const fs::path expected = fs::path(sample).replace_extension(".txt");
    const std::string messages = messages_of(sample);
    if (update != nullptr && std::string(update) == "1") {
      std::ofstream(expected, std::ios::binary) << messages;
    } else {
      CHECK(messages == read(expected));
    }
    CHECK(messages != "");
  }
}

/// kUnclosedString: unclosed_string.
std::string snake_case(std::string_view name) {
  std::string result;
  for (char c : name) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !result.empty()) result += '_';
    result += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

TEST_CASE("every row of the table of diagnostics has a sample that shows it") {
  // Those that need more text than a sample should have (parse_limits.cpp reaches them), and the one that no
  // text can show.
  const std::set<std::string_view> elsewhere{"FileTooLarge", "TooManyMistakes", "CompilerMistake"};
  std::set<std::string> codes;
  std::set<std::string> names;
  for (const fs::path& sample : samples()) {
    names.insert(sample.stem().string());
    const std::string text = read(fs::path(sample).replace_extension(".txt"));
    for (std::size_t at = 0; (at = text.find('[', at)) != std::string::npos; ++at) {
      if (text.size() > at + 6 && text[at + 6] == ']') codes.insert(text.substr(at + 1, 5));
    }
  }
  for (const DiagnosticRow& row : all_diagnostics()) {
    if (elsewhere.contains(row.name)) continue;
    const std::string name = snake_case(row.name);
    CAPTURE(name);
    CHECK(codes.contains(std::string(row.code)));
    const auto sample = names.lower_bound(name);
    CHECK((sample != names.end() && sample->starts_with(name)));
  }
}

TEST_CASE("codes are unique and their letters say what they are") {
  std::set<std::string_view> codes;
  for (const DiagnosticRow& row : all_diagnostics()) {
    CAPTURE(row.name);
    CHECK(codes.insert(row.code).second);
    CHECK(row.code[0] == (row.level == DiagnosticLevel::kError ? 'E' : 'W'));
    CHECK(row.code.size() == 5);
    CHECK_FALSE(row.text.ends_with('.'));
  }
}

}  // namespace
}  // namespace shrike
