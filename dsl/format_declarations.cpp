// Lists, tables, functions, settings, exceptions, sources and unwraps for the formatter.
// Read next: format_rule.cpp, format_class.cpp and format_test.cpp for the others.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/formatter.hpp"

namespace shrike {
namespace {

/// A line of a body whose lines are kept in lists of their own: what stands where.
struct Line {
  std::uint32_t begin;
  enum class What : std::uint8_t { kOrder, kLateness, kAccept, kLet, kAssignment, kDisable } what;
  std::size_t number;
  std::size_t width = 0;  ///< to which its name is padded
};

void sort_lines(std::vector<Line>& lines) {
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::tuple(a.begin, a.what, a.number) < std::tuple(b.begin, b.what, b.number);
  });
}

/// Gives lines of one kind that follow each other the width of their longest name.
template <class NameOf, class BreaksBefore>
void align_lines(std::vector<Line>& lines, NameOf name_of, BreaksBefore breaks_before) {
  NameColumns columns;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool follows = i > 0 && lines[i - 1].what == lines[i].what && !breaks_before(lines[i].begin);
    columns.add(name_of(lines[i]), !follows);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i].width = columns.width(i);
}

}  // namespace

std::string Formatter::path_text(const std::vector<ast::Name>& path) {
  std::string result;
  for (const ast::Name& name : path) {
    if (!result.empty()) result += '.';
    result += name.text;
  }
  return result;
}

void Formatter::declaration(const ast::Declaration& declaration) {
  struct Printer {
    Formatter& to;
    void operator()(const ast::ListDecl& d) const { to.list_declaration(d); }
    void operator()(const ast::TableDecl& d) const { to.table(d); }
    void operator()(const ast::Settings& d) const { to.settings(d); }
    void operator()(const ast::Except& d) const { to.except(d); }
    void operator()(const ast::Def& d) const { to.def(d); }
    void operator()(const ast::Class& d) const { to.event_class(d); }
    void operator()(const ast::Source& d) const { to.source(d); }
    void operator()(const ast::Unwrap& d) const { to.unwrap(d); }
    void operator()(const ast::Rule& d) const { to.rule(d); }
    void operator()(const ast::Test& d) const { to.test(d); }
  };
  std::visit(Printer{*this}, declaration);
}

void Formatter::list_declaration(const ast::ListDecl& list) {
  const std::string head = fmt::format("list {}: {}", list.name.text, list.element.text);
  if (list.from) {
    item(text(fmt::format("{} from {}", head, quoted(list.from->text))), limit_);
  } else if (list.values != nullptr) {
    item(concat({text(head + " = "), expr(*list.values)}), limit_);
  } else {
    item(text(head), limit_);
  }
}

void Formatter::table(const ast::TableDecl& table) {
  item(text(fmt::format("table {}: {} -> {} from {}", table.name.text, table.key.text, table.value.text,
                        quoted(table.from.text))),
       limit_);
}

void Formatter::def(const ast::Def& def) {
  std::vector<Piece> parameters;
  for (const ast::Def::Parameter& parameter : def.parameters) {
    parameters.push_back(text(fmt::format("{}: {}", parameter.name.text, type_text(*parameter.type))));
  }
  const Items items{parameters.size(), [&](std::size_t i) { return def.parameters[i].name.span.begin; },
                    [&](std::size_t i) { return parameters[i]; }};
  const std::uint32_t parameters_end = def.result->span.begin;
  const Piece head = bracketed(fmt::format("def {}(", def.name.text), ")", items, parameters_end, false);
  const Piece result = text(fmt::format(": {} =", type_text(*def.result)));
  const Piece body = expr(*def.body);
  item(concat({head, result, layout_.group(layout_.nest(2, concat({layout_.line(), body})))}), limit_);
}

void Formatter::settings(const ast::Settings& settings) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < settings.values.size(); ++i) {
    lines.push_back({settings.values[i].path.front().span.begin, Line::What::kAssignment, i});
  }
  for (std::size_t i = 0; i < settings.disabled.size(); ++i) {
    lines.push_back({word_before("disable", settings.disabled[i].span.begin), Line::What::kDisable, i});
  }
  sort_lines(lines);
  align_lines(
      lines,
      [&](const Line& line) {
        return line.what == Line::What::kDisable ? std::string()
                                                 : path_text(settings.values[line.number].path);
      },
      [&](std::uint32_t begin) { return run_breaks_before(begin); });
  const std::uint32_t end = settings.span.end;
  open_body(text(settings.tenant ? fmt::format("settings {} {{", quoted(settings.tenant->text))
                                 : std::string("settings {")),
            lines.empty() ? end : lines.front().begin);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    begin_item(line.begin);
    const std::uint32_t limit = i + 1 < lines.size() ? lines[i + 1].begin : end;
    if (line.what == Line::What::kDisable) {
      item(text("disable " + settings.disabled[line.number].text), limit);
    } else {
      const ast::Assignment& value = settings.values[line.number];
      item(concat({text(padded(path_text(value.path), line.width) + " = "), expr(*value.value)}), limit);
    }
  }
  close_body(end, limit_);
}

void Formatter::except(const ast::Except& except) {
  struct Clause {
    std::uint32_t begin;
    std::function<Piece()> build;
    std::size_t number = 0;
  };
  std::vector<Clause> clauses;
  if (except.tenant) {
    clauses.push_back({word_before("tenant", except.tenant->span.begin),
                       [&] { return text("tenant " + quoted(except.tenant->text)); }});
  }
  if (except.where != nullptr) {
    clauses.push_back({word_before("where", except.where->span.begin),
                       [&] { return concat({text("where "), expr(*except.where)}); }});
  }
  if (except.score != nullptr) {
    clauses.push_back({word_before("score", except.score->span.begin),
                       [&] { return concat({text("score "), expr(*except.score)}); }});
  }
  if (except.drop) clauses.push_back({except.drop_span.begin, [&] { return text("drop"); }});
  if (except.owner) {
    clauses.push_back({word_before("owner", except.owner->span.begin),
                       [&] { return text("owner " + quoted(except.owner->text)); }});
  }
  if (except.until != nullptr) {
    clauses.push_back({word_before("until", except.until->span.begin), [&] {
                         const std::string& written = except.until->name;
                         // The date alone, where only a time is known.
                         return text("until " + (written.empty()
                                                     ? literal_text(except.until->literal).substr(0, 10)
                                                     : written));
                       }});
  }
  // In the order they stand; those without a place as they are here.
  for (std::size_t i = 0; i < clauses.size(); ++i) clauses[i].number = i;
  std::sort(clauses.begin(), clauses.end(), [](const Clause& a, const Clause& b) {
    return std::pair(a.begin, a.number) < std::pair(b.begin, b.number);
  });

  const std::uint32_t end = except.span.end;
  open_body(text(fmt::format("except {} {} {{", except.rule.text, quoted(except.title))),
            clauses.empty() ? end : clauses.front().begin);
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    begin_item(clauses[i].begin);
    item(clauses[i].build(), i + 1 < clauses.size() ? clauses[i + 1].begin : end);
  }
  close_body(end, limit_);
}

void Formatter::source(const ast::Source& source) {
  std::vector<Line> lines;
  if (source.order != nullptr)
    lines.push_back({word_before("order", source.order->span.begin), Line::What::kOrder, 0});
  if (source.lateness != nullptr)
    lines.push_back({word_before("lateness", source.lateness->span.begin), Line::What::kLateness, 0});
  if (source.accept != nullptr)
    lines.push_back({word_before("accept", source.accept->span.begin), Line::What::kAccept, 0});
  for (std::size_t i = 0; i < source.lets.size(); ++i) {
    lines.push_back({word_before("let", source.lets[i].name.span.begin), Line::What::kLet, i});
  }
  for (std::size_t i = 0; i < source.fields.size(); ++i) {
    lines.push_back({source.fields[i].path.front().span.begin, Line::What::kAssignment, i});
  }
  sort_lines(lines);
  align_lines(
      lines,
      [&](const Line& line) {
        if (line.what == Line::What::kLet) return source.lets[line.number].name.text;
        return line.what == Line::What::kAssignment ? path_text(source.fields[line.number].path)
                                                    : std::string();
      },
      [&](std::uint32_t begin) { return run_breaks_before(begin); });

  const std::uint32_t end = source.span.end;
  open_body(text(fmt::format("source {}: {} {{", source.name.text, source.event_class.text)),
            lines.empty() ? end : lines.front().begin);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    begin_item(line.begin);
    const std::uint32_t limit = i + 1 < lines.size() ? lines[i + 1].begin : end;
    switch (line.what) {
      case Line::What::kOrder:
        item(concat({text("order "), expr(*source.order)}), limit);
        break;
      case Line::What::kLateness:
        item(concat({text("lateness "), expr(*source.lateness)}), limit);
        break;
      case Line::What::kAccept:
        item(concat({text("accept "), expr(*source.accept)}), limit);
        break;
      case Line::What::kLet: {
        const ast::Let& let = source.lets[line.number];
        item(concat({text("let " + padded(let.name.text, line.width) + " = "), expr(*let.value)}), limit);
        break;
      }
      default: {
        const ast::Assignment& value = source.fields[line.number];
        item(concat({text(padded(path_text(value.path), line.width) + " = "), expr(*value.value)}), limit);
        break;
      }
    }
  }
  close_body(end, limit_);
}

void Formatter::unwrap(const ast::Unwrap& unwrap) {
  const std::string head = fmt::format("unwrap {} {{", unwrap.name.text);
  const bool comments = comment_before(unwrap.span.end);
  if (!comments) {
    const Piece accept = expr(*unwrap.accept);
    const Piece raw = expr(*unwrap.raw);
    const std::string line = fmt::format("{} accept {}  raw = {} }}", head, flat(accept), flat(raw));
    if (display_width(line) <= kColumns && line.find('\n') == std::string::npos) {
      item(text(line), limit_);
      return;
    }
  }
  const std::uint32_t accept_begin = word_before("accept", unwrap.accept->span.begin);
  const std::uint32_t raw_begin = word_before("raw", unwrap.raw->span.begin);
  const bool accept_first = accept_begin <= raw_begin;
  open_body(text(head), std::min(accept_begin, raw_begin));
  for (const bool first : {true, false}) {
    const bool accept = first == accept_first;
    begin_item(accept ? accept_begin : raw_begin);
    const std::uint32_t limit = first ? std::max(accept_begin, raw_begin) : unwrap.span.end;
    item(concat({text(accept ? "accept " : "raw = "), expr(accept ? *unwrap.accept : *unwrap.raw)}), limit);
  }
  close_body(unwrap.span.end, limit_);
}

}  // namespace shrike
