// The order of the checker's work, and its messages.
// Read next: check_context.hpp for the parts.
#include "dsl/check.hpp"

#include <algorithm>

#include "dsl/check_context.hpp"
#include "dsl/lint.hpp"

namespace shrike {

std::string_view name_of(ExprPlace place) {
  switch (place) {
    case ExprPlace::kOn:
      return "`on … where`";
    case ExprPlace::kKey:
      return "a key of `each`";
    case ExprPlace::kWhen:
      return "`when`";
    case ExprPlace::kStep:
      return "a step";
    case ExprPlace::kScore:
      return "`score`";
    case ExprPlace::kSay:
      return "`say`";
    case ExprPlace::kShow:
      return "`show`";
    case ExprPlace::kQuiet:
      return "`quiet`";
    case ExprPlace::kRespond:
      return "`respond`";
    case ExprPlace::kException:
      return "an exception";
    case ExprPlace::kLet:
      return "a `let`";
    case ExprPlace::kSource:
      return "a source";
    case ExprPlace::kUnwrap:
      return "an `unwrap`";
    case ExprPlace::kDef:
      return "a `def`";
    case ExprPlace::kDefault:
      return "a class";
    case ExprPlace::kConstant:
      return "a constant";
  }
  return "";
}

Diagnostic& Checker::add(Diagnostic diagnostic) {
  std::size_t& count = messages_[diagnostic.where.file];
  if (count > kMaxMessagesPerFile) {
    ++dropped_count_;
    dropped_ = std::move(diagnostic);
    return dropped_;
  }
  if (++count > kMaxMessagesPerFile) {
    diagnostics_.push_back(
        make_diagnostic(DiagnosticId::kTooManyMistakes, diagnostic.where, kMaxMessagesPerFile));
    dropped_ = std::move(diagnostic);
    return dropped_;
  }
  diagnostics_.push_back(std::move(diagnostic));
  return diagnostics_.back();
}

std::string_view Checker::text_at(Span span) const {
  if (span.file >= sources_.size()) return {};
  const std::string& text = sources_[span.file].text;
  if (span.begin > span.end || span.end > text.size()) return {};
  return std::string_view(text).substr(span.begin, span.end - span.begin);
}

void Checker::suggest_name(Diagnostic& diagnostic, Span where, std::string_view written,
                           const std::vector<std::string_view>& candidates, std::string otherwise) {
  const std::string_view best = nearest(written, candidates);
  if (best.empty() || best == written) {
    if (!otherwise.empty()) diagnostic.help = std::move(otherwise);
    return;
  }
  diagnostic.help = fmt::format("did you mean `{}`?", best);
  diagnostic.repair = Diagnostic::Repair{where, std::string(best)};
}

void Checker::run() {
  declare_globals();
  check_classes();
  check_lists();
  check_tables();
  check_defs();
  check_defaults();
  check_sources();
  check_unwraps();
  declare_params();
  collect_rule_classes();
  for (std::uint32_t rule = 0; rule < model_.rules.size(); ++rule) check_rule(rule);
  check_settings();
  check_excepts();
  check_tests();
}

Model check(std::vector<ast::File> files, const SourceFiles& sources, const FileLoader& loader,
            Diagnostics& diagnostics) {
  Model model;
  model.files = std::move(files);
  const std::size_t before = diagnostics.size();
  Checker(model, sources, loader, diagnostics).run();
  const bool is_wrong =
      std::any_of(diagnostics.begin() + static_cast<std::ptrdiff_t>(before), diagnostics.end(),
                  [](const Diagnostic& diagnostic) { return diagnostic.level == DiagnosticLevel::kError; });
  // Lints read annotations that only a correct tree has everywhere.
  if (!is_wrong) lint(model, sources, diagnostics);
  return model;
}

}  // namespace shrike
