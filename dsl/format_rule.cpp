// Rules for the formatter: one clause a line, clause words padded where they form a block.
// Read next: formatter.hpp for the whole, format_expression.cpp for what follows the words.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dsl/formatter.hpp"

namespace shrike {
namespace {

/// `known_false` is too long to push the others to the right.
constexpr std::array<std::string_view, 5> kHeader{"severity", "attack", "tags", "refs", "param"};
constexpr std::array<std::string_view, 5> kOutput{"score", "say", "show", "quiet", "respond"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The clauses of a rule in the order they stand, or in the order of the language manual where that is not
/// known.
std::vector<ast::Name> clauses_of(const ast::Rule& rule) {
  if (!rule.clauses.empty()) return rule.clauses;
  std::vector<ast::Name> result;
  const auto add = [&](const char* word, bool there) {
    if (there) result.push_back({word, {}});
  };
  add("severity", rule.severity.has_value());
  add("attack", !rule.attack.empty());
  add("tags", !rule.tags.empty());
  add("refs", !rule.refs.empty());
  add("known_false", !rule.known_false.empty());
  for (std::size_t i = 0; i < rule.params.size(); ++i) add("param", true);
  for (std::size_t i = 0; i < rule.lets.size(); ++i) add("let", true);
  add("on", !rule.on.empty());
  add("each", !rule.each.empty());
  add("when", rule.when != nullptr);
  add("sequence", rule.order == ast::StepOrder::kSequence);
  add("together", rule.order == ast::StepOrder::kTogether);
  add("score", !rule.score.empty());
  add("say", rule.say.has_value());
  add("show", !rule.show.empty());
  add("quiet", rule.quiet != nullptr);
  add("respond", !rule.respond.empty());
  return result;
}

/// Whether a `+` may stand before an amount without changing what it means.
bool takes_plus(const ast::Expr& expr) {
  const ast::Expr* at = &expr;
  while (true) {
    switch (at->kind) {
      case ast::ExprKind::kIf:
      case ast::ExprKind::kCoalesce:
      case ast::ExprKind::kArithmetic:
        at = at->args[0].get();
        break;
      case ast::ExprKind::kLiteral: {
        const auto* number = std::get_if<std::int64_t>(&at->literal);
        return number != nullptr ? *number >= 0 : std::holds_alternative<double>(at->literal);
      }
      case ast::ExprKind::kName:
      case ast::ExprKind::kMember:
      case ast::ExprKind::kCall:
      case ast::ExprKind::kAggregate:
        return true;
      default:
        return false;
    }
  }
}

}  // namespace

Formatter::Piece Formatter::filled(std::vector<Piece> items) {
  std::vector<Piece> contents;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool last = i + 1 == items.size();
    contents.push_back(last ? items[i] : concat({items[i], text(",")}));
    if (!last) contents.push_back(layout_.line());
  }
  return layout_.fill(std::move(contents));
}

Formatter::Piece Formatter::hanging(std::string_view word, std::size_t width, Piece rest) {
  const std::string head = padded(word, std::max(width, word.size())) + " ";
  return concat({text(head), layout_.nest(head.size(), rest)});
}

Formatter::Piece Formatter::class_list(const std::vector<ast::ClassRef>& classes) {
  std::vector<Piece> items;
  for (const ast::ClassRef& ref : classes) items.push_back(text((ref.alert ? "alert " : "") + ref.name.text));
  return filled(std::move(items));
}

Formatter::Piece Formatter::expr_list(const std::vector<ast::ExprPtr>& exprs) {
  std::vector<Piece> items;
  for (const ast::ExprPtr& e : exprs) items.push_back(expr(*e));
  return filled(std::move(items));
}

Formatter::Piece Formatter::amounts(const std::vector<ast::ExprPtr>& exprs) {
  std::vector<Piece> items;
  for (const ast::ExprPtr& e : exprs) {
    const Piece amount = expr(*e);
    items.push_back(!items.empty() && takes_plus(*e) ? concat({text("+"), amount}) : amount);
  }
  return filled(std::move(items));
}

Formatter::Piece Formatter::named_list(const std::vector<ast::NamedExpr>& exprs) {
  std::vector<Piece> items;
  for (const ast::NamedExpr& e : exprs) {
    items.push_back(e.name ? concat({text(e.name->text + " = "), expr(*e.expr)}) : expr(*e.expr));
  }
  return filled(std::move(items));
}

Formatter::Piece Formatter::text_list(const std::vector<ast::Text>& texts) {
  std::vector<Piece> items;
  for (const ast::Text& t : texts) items.push_back(text(quoted(t.text)));
  return filled(std::move(items));
}

void Formatter::rule(const ast::Rule& rule) {
  const std::vector<ast::Name> clauses = clauses_of(rule);
  RuleColumns columns;
  std::size_t outputs = 0;
  for (const ast::Name& clause : clauses) {
    if (is_one_of(clause.text, kHeader)) columns.header = std::max(columns.header, clause.text.size());
    if (is_one_of(clause.text, kOutput)) ++outputs;
  }
  // One clause alone needs no block.
  if (outputs > 1) columns.output = std::string_view("respond").size();
  std::size_t next_let = 0;
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    if (clauses[i].text != "let") continue;
    const bool follows = i > 0 && clauses[i - 1].text == "let" && !run_breaks_before(clauses[i].span.begin);
    columns.lets.add(rule.lets[next_let++].name.text, !follows);
  }

  open_body(text(fmt::format("rule {} {} {{", rule.name.text, quoted(rule.title))),
            clauses.empty() ? rule.span.end : clauses.front().span.begin);
  std::size_t params = 0;
  std::size_t lets = 0;
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const std::string& word = clauses[i].text;
    const std::uint32_t limit = i + 1 < clauses.size() ? clauses[i + 1].span.begin : rule.span.end;
    std::size_t number = 0;
    if (word == "param") number = params++;
    if (word == "let") number = lets++;
    begin_item(clauses[i].span.begin, word == "param" ? rule.params[number].doc : std::string());
    rule_clause(rule, word, number, columns, limit);
  }
  close_body(rule.span.end, limit_);
}

void Formatter::rule_clause(const ast::Rule& rule, std::string_view word, std::size_t number,
                            const RuleColumns& columns, std::uint32_t limit) {
  const auto header = [&](Piece rest) { item(hanging(word, columns.header, rest), limit); };
  const auto output = [&](Piece rest) { item(hanging(word, columns.output, rest), limit); };
  if (word == "severity") {
    header(text(rule.severity->text));
  } else if (word == "attack") {
    std::vector<Piece> ids;
    for (const ast::Attack& attack : rule.attack) ids.push_back(text(attack.id));
    header(filled(std::move(ids)));
  } else if (word == "tags") {
    header(text_list(rule.tags));
  } else if (word == "refs") {
    header(text_list(rule.refs));
  } else if (word == "known_false") {
    header(text_list(rule.known_false));
  } else if (word == "param") {
    const ast::Param& param = rule.params[number];
    header(concat(
        {text(fmt::format("{}: {} = ", param.name.text, type_text(*param.type))), expr(*param.value)}));
  } else if (word == "let") {
    const ast::Let& let = rule.lets[number];
    item(concat({text("let " + padded(let.name.text, columns.lets.width(number)) + " = "), expr(*let.value)}),
         limit);
  } else if (word == "on") {
    std::vector<Piece> parts{text("on "), class_list(rule.on)};
    if (rule.where != nullptr) {
      parts.push_back(text(" where "));
      parts.push_back(expr(*rule.where, kAnyLevel));
    }
    item(concat(std::move(parts)), limit);
  } else if (word == "each") {
    item(
        concat({text("each "), layout_.nest(5, named_list(rule.each)), text(" within "), expr(*rule.within)}),
        limit);
  } else if (word == "when") {
    item(concat({text("when "), condition(*rule.when, 1, 2)}), limit);
  } else if (word == "sequence" || word == "together") {
    steps(rule, word, limit);
  } else if (word == "score") {
    output(amounts(rule.score));
  } else if (word == "say") {
    output(text(rule.say ? say_text(*rule.say) : "\"\""));
  } else if (word == "show") {
    output(named_list(rule.show));
  } else if (word == "quiet") {
    output(concat({expr(*rule.quiet), text(" by "), expr_list(rule.quiet_by)}));
  } else if (word == "respond") {
    output(expr_list(rule.respond));
  }
}

void Formatter::steps(const ast::Rule& rule, std::string_view word, std::uint32_t limit) {
  constexpr std::size_t kLongestAligned = 16;
  std::size_t width = 0;
  for (const ast::Step& step : rule.steps) {
    if (!step.absent && step.name.text.size() <= kLongestAligned)
      width = std::max(width, step.name.text.size());
  }
  const std::uint32_t end = rule.steps_span.end;
  open_body(text(std::string(word) + " {"), rule.steps.empty() ? end : rule.steps.front().span.begin);
  for (std::size_t i = 0; i < rule.steps.size(); ++i) {
    begin_item(rule.steps[i].span.begin);
    item(step(rule.steps[i], width), i + 1 < rule.steps.size() ? rule.steps[i + 1].span.begin : end);
  }
  close_body(end, limit);
}

Formatter::Piece Formatter::step(const ast::Step& step, std::size_t name_width) {
  std::string head =
      step.absent ? "not " + step.name.text + ":" : padded(step.name.text + ":", name_width + 1);
  std::vector<Piece> parts{text(head + " "), layout_.nest(4, class_list(step.classes))};
  if (!step.by.empty()) {
    parts.push_back(text(" by "));
    parts.push_back(layout_.nest(4, expr_list(step.by)));
  }
  std::vector<Piece> rest;
  if (step.where != nullptr) {
    rest.push_back(text(" where "));
    rest.push_back(expr(*step.where, kOrLevel));
  }
  if (step.times != nullptr) {
    rest.push_back(text(" times "));
    rest.push_back(expr(*step.times));
  }
  if (step.times_in != nullptr) {
    rest.push_back(text(" in "));
    rest.push_back(expr(*step.times_in));
  }
  if (step.within != nullptr) {
    rest.push_back(text(" within "));
    rest.push_back(expr(*step.within));
  }
  parts.push_back(concat(std::move(rest)));
  return concat(std::move(parts));
}

}  // namespace shrike
