// Tests for the formatter: moments and classes in columns, records on one line where they fit.
// Read next: formatter.hpp for the whole.
#include <fmt/format.h>

#include <algorithm>

#include "dsl/formatter.hpp"

namespace shrike {
namespace {

/// Events with longer names than classes have do not push the records of their neighbours to the right.
constexpr std::size_t kLongestAligned = 12;

std::string event_text(const ast::ClassRef& event) { return (event.alert ? "alert " : "") + event.name.text; }

}  // namespace

void Formatter::test(const ast::Test& test) {
  const std::uint32_t end = test.span.end;
  open_body(text(fmt::format("test {} {{", test.rule.text)),
            test.cases.empty() ? end : test.cases.front().span.begin);
  for (std::size_t i = 0; i < test.cases.size(); ++i) {
    begin_item(test.cases[i].span.begin);
    test_case(test.cases[i], i + 1 < test.cases.size() ? test.cases[i + 1].span.begin : end);
  }
  close_body(end, limit_);
}

void Formatter::test_case(const ast::Case& test_case, std::uint32_t limit) {
  std::size_t moment_width = 0;
  std::size_t event_width = 0;
  for (const ast::TestStep& step : test_case.steps) {
    if (step.kind != ast::TestStep::Kind::kAt || !step.event) continue;
    moment_width = std::max(moment_width, flat(expr(*step.at)).size());
    const std::size_t width = event_text(*step.event).size();
    if (width <= kLongestAligned) event_width = std::max(event_width, width);
  }
  const std::uint32_t end = test_case.span.end;
  open_body(text(fmt::format("case {} {{", quoted(test_case.title.text))),
            test_case.steps.empty() ? end : test_case.steps.front().span.begin);
  for (std::size_t i = 0; i < test_case.steps.size(); ++i) {
    const std::uint32_t next = i + 1 < test_case.steps.size() ? test_case.steps[i + 1].span.begin : end;
    begin_item(test_case.steps[i].span.begin);
    item(test_step(test_case.steps[i], moment_width, event_width), next);
  }
  close_body(end, limit);
}

Formatter::Piece Formatter::record(const ast::TestStep& step) {
  const std::vector<ast::RecordField>& fields = step.fields;
  if (fields.empty()) return text("{}");
  const Items items{
      fields.size(), [&](std::size_t i) { return fields[i].name.span.begin; },
      [&](std::size_t i) { return concat({text(fields[i].name.text + ": "), expr(*fields[i].value)}); }};
  return bracketed("{", "}", items, step.span.end, true);
}

Formatter::Piece Formatter::test_step(const ast::TestStep& step, std::size_t moment_width,
                                      std::size_t event_width) {
  using StepKind = ast::TestStep::Kind;
  switch (step.kind) {
    case StepKind::kSet:
      return concat({text(fmt::format("set {} = ", path_text(step.set.path))), expr(*step.set.value)});
    case StepKind::kGiven:
      return text(fmt::format("given {} \"\"\"{}\"\"\"", step.source.text, step.raw));
    case StepKind::kAt: {
      const std::string moment = flat(expr(*step.at));
      if (!step.event) return text("at " + moment);
      std::vector<Piece> parts{text(fmt::format("at {} {} ", padded(moment, moment_width),
                                                padded(event_text(*step.event), event_width)))};
      parts.push_back(record(step));
      if (step.times) parts.push_back(text(fmt::format(" times {}", *step.times)));
      return concat(std::move(parts));
    }
    case StepKind::kExpectNone:
      return text("expect none");
    case StepKind::kExpectAlert:
    case StepKind::kExpectWithdrawn: {
      std::string head = step.kind == StepKind::kExpectAlert ? "expect alert" : "expect withdrawn";
      if (step.at != nullptr) head += " at " + flat(expr(*step.at));
      if (step.fields.empty()) return text(head);
      return concat({text(head + " "), record(step)});
    }
  }
  return Layout::kEmpty;
}

}  // namespace shrike
