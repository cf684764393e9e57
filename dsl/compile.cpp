#include "shrike/compile.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>

#include "dsl/check.hpp"
#include "dsl/compilation.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/parse.hpp"
#include "shrike/standard_library.hpp"

namespace shrike {
namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxRuleFile = std::uintmax_t{16} << 20;

Expected<std::string> read_text(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return fail(ErrorCode::kIo, "cannot read " + path.string() + ": " + error.message());
  if (size > kMaxRuleFile) return fail(ErrorCode::kLimit, path.string() + " is larger than 16 MiB");
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kIo, "cannot open " + path.string());
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

/// Reads a file that a list or table names: beside the rule file, or from the standard library for its own.
Expected<std::string> load_beside(std::string_view rule_file, std::string_view relative) {
  const fs::path path = fs::path(rule_file).parent_path() / fs::path(relative);
  if (rule_file.starts_with(kStandardPrefix)) {
    const std::string wanted = path.lexically_normal().generic_string();
    for (const EmbeddedFile& file : standard_library()) {
      if (std::string(kStandardPrefix) + std::string(file.path) == wanted) return std::string(file.text);
    }
  }
  return read_text(path);
}

bool is_declaration_file(std::string_view path) {
  return path.substr(0, 8) == "classes/" || path.substr(0, 8) == "sources/" || path.substr(0, 6) == "lists/";
}

}  // namespace

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.level == DiagnosticLevel::kError; });
}

bool Analysis::has_errors() const { return shrike::has_errors(diagnostics); }

void sort_by_place(Diagnostics& diagnostics) {
  std::sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.file, a.where.begin, a.code, a.message) <
           std::tie(b.where.file, b.where.begin, b.code, b.message);
  });
}

Analysis analyse(const SourceFiles& files) {
  Analysis result;
  std::vector<ast::File> trees;
  for (std::uint32_t i = 0; i < files.size(); ++i) trees.push_back(parse(files, i, result.diagnostics));
  // Names are global: where the rest of a file is not known, what others say of its names would be noise.
  const bool is_read =
      std::all_of(trees.begin(), trees.end(), [](const ast::File& file) { return file.has_end; });
  if (is_read) result.model = check(std::move(trees), files, load_beside, result.diagnostics);
  sort_by_place(result.diagnostics);
  return result;
}

std::optional<Program> build(const Model& model, const SourceFiles& files, const GenerateOptions& options,
                             Diagnostics& diagnostics) {
  std::optional<ProgramData> data = generate(model, files, options, diagnostics);
  if (!data) return std::nullopt;
  auto program = Program::seal(std::move(*data));
  if (!program) {
    // The verifier refused what the generator made: a mistake of the compiler, told as such.
    diagnostics.push_back(make_diagnostic(DiagnosticId::kCompilerMistake, Span{}, program.error().message));
    return std::nullopt;
  }
  return std::move(*program);
}

tl::expected<Compiled, Diagnostics> compile(const SourceFiles& files, const CompileOptions& options) {
  Analysis analysis = analyse(files);
  if (analysis.has_errors()) return tl::unexpected(std::move(analysis.diagnostics));
  for (const std::string& name : options.only) {
    if (analysis.model.find_rule(name) == kNoIndex) {
      analysis.diagnostics.push_back(make_diagnostic(DiagnosticId::kUnknownRule, Span{}, name));
    }
  }
  if (analysis.has_errors()) return tl::unexpected(std::move(analysis.diagnostics));
  GenerateOptions generate_options;
  generate_options.only = options.only;
  auto program = build(analysis.model, files, generate_options, analysis.diagnostics);
  if (!program) {
    sort_by_place(analysis.diagnostics);
    return tl::unexpected(std::move(analysis.diagnostics));
  }
  return Compiled{std::move(*program), std::move(analysis.diagnostics)};
}

tl::expected<Compiled, Diagnostics> compile_text(std::string_view text, std::string_view name) {
  SourceFiles files;
  files.push_back({std::string(name), std::string(text)});
  add_standard_library(files, false);
  return compile(files);
}

Expected<void> load_rules(const std::string& path, SourceFiles& into) {
  std::error_code error;
  std::vector<fs::path> found;
  if (fs::is_directory(path, error)) {
    for (fs::recursive_directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      if (at->is_regular_file() && at->path().extension() == ".shrike") found.push_back(at->path());
    }
    if (error) return fail(ErrorCode::kIo, "cannot read folder " + path + ": " + error.message());
    std::sort(found.begin(), found.end());
    if (found.empty())
      return fail(ErrorCode::kIo, "there is no rule file in " + path + ": their names end in .shrike");
  } else {
    found.emplace_back(path);
  }
  for (const fs::path& file : found) {
    auto text = read_text(file);
    if (!text) return tl::unexpected(text.error());
    into.push_back({file.generic_string(), std::move(*text)});
  }
  return {};
}

void add_standard_library(SourceFiles& into, bool with_rules) {
  for (const EmbeddedFile& file : standard_library()) {
    const bool is_rules = file.path.size() > 7 && file.path.substr(file.path.size() - 7) == ".shrike";
    if (!is_rules || (!with_rules && !is_declaration_file(file.path))) continue;
    into.push_back({std::string(kStandardPrefix) + std::string(file.path), std::string(file.text)});
  }
}

}  // namespace shrike
