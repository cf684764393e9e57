// `shrike fmt`: the one canonical layout of rule files.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "dsl/compilation.hpp"
#include "dsl/format.hpp"
#include "dsl/parse.hpp"
#include "playground/cli/commands.hpp"
#include "playground/cli/diagnostics_text.hpp"
#include "playground/cli/exit_codes.hpp"
#include "playground/cli/output.hpp"
#include "playground/cli/suggestions.hpp"
#include "playground/cli/terminal.hpp"
#include "playground/cli/text_layout.hpp"

namespace shrike::cli {
namespace {

constexpr std::size_t kMostInput = std::size_t{16} << 20;

struct FmtOptions {
  std::vector<std::string> paths;
  bool check = false;
};

struct FmtCounts {
  std::size_t files = 0, changed = 0, broken = 0, unwritten = 0;
};

/// The text in the canonical layout; empty when it has mistakes, which are printed.
std::optional<std::string> laid_out(const SourceFile& file) {
  const SourceFiles files{file};
  Diagnostics diagnostics;
  const ast::File tree = parse(files, 0, diagnostics);
  if (has_errors(diagnostics)) {
    fmt::print(stderr, "{}",
               to_text(diagnostics, files, wants_colour(STDERR_FILENO), columns_of(STDERR_FILENO)));
    return std::nullopt;
  }
  std::string text = format(tree, files);
  // Nobody's rules are overwritten with what cannot be read again.
  const SourceFiles again{{file.name, text}};
  Diagnostics mistakes;
  const ast::File second = parse(again, 0, mistakes);
  if (has_errors(mistakes) || format(second, again) != text) {
    say_error(fmt::format(
        "'{}' is left as it is: its layout would not be read back as the same rules, which is a mistake "
        "of this program",
        file.name));
    return std::nullopt;
  }
  return text;
}

void format_file(const SourceFile& file, const FmtOptions& options, Output& output, FmtCounts& counts) {
  ++counts.files;
  const auto text = laid_out(file);
  if (!text) {
    ++counts.broken;
    return;
  }
  if (file.name == "-" && !options.check) {
    output.write(*text);
    return;
  }
  if (*text == file.text) return;
  ++counts.changed;
  if (!options.check) {
    if (auto written = replace_file(file.name, *text); !written) {
      say_error(written.error().message);
      ++counts.unwritten;
      return;
    }
  }
  output.write(file.name + '\n');
}

/// False when a path cannot be read; that is said.
bool collect(const std::string& path, SourceFiles& files) {
  if (path == "-") {
    auto text = read_file("-", kMostInput);
    if (text) files.push_back({"-", std::move(*text)});
    if (!text) say_error(text.error().message);
    return text.has_value();
  }
  std::error_code error;
  std::optional<std::string> message = missing_path(path);
  if (!message && !std::filesystem::is_directory(path, error) && !path.ends_with(".shrike")) {
    message = fmt::format("'{}' is no rule file: their names end in .shrike", path);
  }
  if (!message) {
    const auto loaded = load_rules(path, files);
    if (!loaded) message = loaded.error().message;
  }
  if (message) say_error(*message);
  return !message;
}

int format_rules(const FmtOptions& options) {
  SourceFiles files;
  for (const std::string& path : options.paths) {
    if (!collect(path, files)) return kUsage;
  }
  auto output = Output::open("");
  FmtCounts counts;
  for (const SourceFile& file : files) format_file(file, options, *output, counts);
  const int written = close_output(*output);
  if (written != kDone) return written;
  const bool is_pipe = files.size() == 1 && files.front().name == "-" && !options.check;
  if (!is_pipe) {
    say_note(fmt::format("{} {} {}", with_commas(counts.changed - counts.unwritten),
                         options.check ? "would change of" : "changed of", counted(counts.files, "file")));
  }
  if (counts.unwritten != 0) return kFailed;
  if (counts.broken != 0) return kUsage;
  return options.check && counts.changed != 0 ? kFound : kDone;
}

constexpr std::string_view kFooter = R"(Examples:
  shrike fmt my-rules/
  shrike fmt --check my-rules/
  shrike fmt - < draft.shrike

Exit codes:
  0  done
  1  --check found files that would change
  2  a file cannot be read or has mistakes: it is left alone, others are done
  5  a file could not be written)";

}  // namespace

void add_fmt(CLI::App& app, Action& action) {
  auto options = std::make_shared<FmtOptions>();
  CLI::App* const command =
      app.add_subcommand("fmt",
                         "Rewrites rule files in the one canonical layout and prints the names of those that "
                         "changed. What they mean stays the same.");
  command->footer(std::string(kFooter));
  command
      ->add_option("PATH", options->paths,
                   "Folders and .shrike files; - takes text from standard input and prints it")
      ->required();
  command->add_flag("--check", options->check, "Change nothing; print the names of files that would change");
  command->callback([options, &action] { action = [options] { return format_rules(*options); }; });
}

}  // namespace shrike::cli
