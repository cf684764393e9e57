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

namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Nothing but blanks and brackets that close around an expression.
bool holds_nothing(std::string_view text) {
  return text.find_first_not_of(" \t\r\n)") == std::string_view::npos;
}

bool holds_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word_character(text[at - 1])) &&
        (end == text.size() || !is_word_character(text[end])))
      return true;
  }
  return false;
}

}  // namespace

void Checker::collect_unread() {
  for (const Diagnostic& mistake : diagnostics_) mistaken_.emplace(mistake.where.file, mistake.where);
  for (const ast::File& file : model_.files) {
    for (const ast::Unread& unread : file.unread) {
      unread_.emplace(file.index, &unread);
      lost_names_.insert(unread.names.begin(), unread.names.end());
    }
  }
}

bool Checker::may_be_unread(const Lack& lack) const {
  const auto [begin, end] = unread_.equal_range(lack.declaration.file);
  return std::any_of(begin, end, [&](const auto& entry) {
    const ast::Unread& unread = *entry.second;
    if (unread.span.begin > lack.declaration.end || unread.span.end < lack.declaration.begin) return false;
    return unread.is_unknown || lack.words.size() == 0 ||
           std::any_of(lack.words.begin(), lack.words.end(),
                       [&](std::string_view word) { return holds_word(text_at(unread.span), word); });
  });
}

Diagnostic& Checker::add(Diagnostic diagnostic) {
  // What stands in the tree for a part that the parser refused is no second mistake.
  const Span where = diagnostic.where;
  const auto [first, last] = mistaken_.equal_range(where.file);
  if (std::any_of(first, last, [&](const auto& mistake) {
        return mistake.second.begin <= where.begin && mistake.second.end >= where.end;
      })) {
    return dropped_ = std::move(diagnostic);
  }
  // What stands directly before a mistake may be a part of it: `score 50, +20 if managed "x"`.
  const auto [begin, end] = unread_.equal_range(where.file);
  if (std::any_of(begin, end, [&](const auto& unread) {
        const Span next = unread.second->span;
        return unread.second->goes_on && next.begin >= where.end &&
               holds_nothing(text_at({where.file, where.end, next.begin}));
      })) {
    return dropped_ = std::move(diagnostic);
  }
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
  collect_unread();
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
  Checker(model, sources, loader, diagnostics).run();
  const bool is_wrong = std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.level == DiagnosticLevel::kError;
  });
  // Lints read annotations that only a correct tree has everywhere.
  if (!is_wrong) lint(model, sources, diagnostics);
  return model;
}

}  // namespace shrike
