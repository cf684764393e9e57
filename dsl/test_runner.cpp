#include "dsl/test_runner.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "dsl/compilation.hpp"
#include "dsl/explainer.hpp"
#include "runtime/alert_builder.hpp"
#include "runtime/arena.hpp"
#include "runtime/json.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/time_text.hpp"
#include "shrike/engine.hpp"

namespace shrike {

using Json = nlohmann::ordered_json;
using ast::Expr;
using ast::ExprKind;
using ast::TestStep;

namespace {

/// 0m of the virtual clock: 2026-01-01T00:00:00Z.
constexpr std::int64_t kClockStart = 1'767'225'600'000'000'000;

std::vector<ast::Literal> literals_of(const Expr& expr) {
  std::vector<ast::Literal> result;
  if (expr.kind == ExprKind::kList) {
    for (const auto& item : expr.args) {
      const auto inner = literals_of(*item);
      result.insert(result.end(), inner.begin(), inner.end());
    }
  } else if (expr.kind == ExprKind::kNegate) {
    result = literals_of(*expr.args[0]);
    for (ast::Literal& literal : result) {
      if (auto* integer = std::get_if<std::int64_t>(&literal)) *integer = -*integer;
      if (auto* number = std::get_if<double>(&literal)) *number = -*number;
      if (auto* duration = std::get_if<ast::Duration>(&literal))
        duration->nanoseconds = -duration->nanoseconds;
    }
  } else if (expr.kind == ExprKind::kLiteral) {
    result.push_back(expr.literal);
  }
  return result;
}

/// The value of a constant expression of a test; what it points to lives in the arena or the tree.
Value value_of(const ast::Literal& literal, Arena& arena) {
  struct Visitor {
    Arena& arena;
    Value operator()(bool v) const { return Value::of_bool(v); }
    Value operator()(std::int64_t v) const { return Value::of_int(v); }
    Value operator()(double v) const { return Value::of_float(v); }
    Value operator()(const std::string& v) const { return Value::of_string(arena.copy(v)); }
    Value operator()(const IpAddress& v) const { return Value::of_ip(copy(v)); }
    Value operator()(const ast::Cidr& v) const { return Value::of_cidr(copy(v.network), v.bits); }
    Value operator()(const ast::Time& v) const { return Value::of_time(v.nanoseconds); }
    Value operator()(const ast::Duration& v) const { return Value::of_duration(v.nanoseconds); }
    Value operator()(const ast::Regex& v) const { return Value::of_string(arena.copy(v.pattern)); }
    const IpAddress* copy(const IpAddress& address) const {
      auto* to = arena.allocate_array<IpAddress>(1);
      return to == nullptr ? nullptr : new (to) IpAddress(address);
    }
  };
  return std::visit(Visitor{arena}, literal);
}

Value value_of(const Expr& expr, Arena& arena) {
  const std::vector<ast::Literal> literals = literals_of(expr);
  if (expr.kind != ExprKind::kList) return literals.size() == 1 ? value_of(literals[0], arena) : Value();
  auto* items = arena.allocate_array<Value>(std::max<std::size_t>(1, literals.size()));
  if (items == nullptr) return {};
  for (std::size_t i = 0; i < literals.size(); ++i) new (items + i) Value(value_of(literals[i], arena));
  return Value::of_list({items, literals.size()});
}

bool same(const Json& a, const Json& b) {
  if (a.is_string() && b.is_string())
    return equal_caseless(a.get_ref<const std::string&>(), b.get_ref<const std::string&>());
  if (a.is_array() && b.is_array()) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Json& x, const Json& y) { return same(x, y); });
  }
  return a == b;
}

/// `set lateness = 1h`: for every source, instead of none at all.
bool is_lateness(const TestStep& step) {
  return step.kind == TestStep::Kind::kSet && step.set.path.size() == 1 &&
         step.set.path[0].text == "lateness";
}

class CaseRunner {
 public:
  CaseRunner(const Model& model, const SourceFiles& files, const ast::Test& test, const ast::Case& test_case)
      : model_(model), files_(files), test_(test), case_(test_case) {}

  std::vector<std::string> run();

 private:
  struct Seen {
    Alert alert;
    bool expected = false;
    bool stands = true;
    bool told = false;  ///< beside an expectation that failed
  };

  std::optional<Program> compile(ExplainPlan* plan);
  std::optional<ast::Ref> target_of(const std::vector<ast::Name>& path) const;
  void deliver(const TestStep& step);
  /// Gives the events of a step to an engine.
  using TakeFed = std::function<void(const Expected<std::span<const Alert>>&)>;
  void feed(Engine& engine, const TestStep& step, const TakeFed& take) const;
  void explain();
  void give(const TestStep& step);
  void take(const Expected<std::span<const Alert>>& fed);
  void expect(const TestStep& step);
  void expect_none();
  bool fits(const Seen& seen, const TestStep& step) const;
  std::int64_t moment(const Expr* at) const;
  std::string describe(const Seen& seen) const;
  void fail_at(const TestStep& step, std::string message) {
    const LineColumn at = locate(files_[step.span.file], step.span.begin);
    failures_.push_back(fmt::format("line {}: {}", at.line, message));
  }

  const Model& model_;
  const SourceFiles& files_;
  const ast::Test& test_;
  const ast::Case& case_;
  std::vector<std::string> wanted_;  ///< fields named in expectations
  std::optional<Engine> engine_;
  std::vector<Seen> seen_;
  std::int64_t clock_ = kClockStart;
  std::vector<std::string> failures_;
};

std::optional<ast::Ref> CaseRunner::target_of(const std::vector<ast::Name>& path) const {
  if (path.size() == 2) {
    const std::uint32_t rule = model_.find_rule(path[0].text);
    const std::uint32_t param = rule == kNoIndex ? kNoIndex : model_.find_param(rule, path[1].text);
    if (param != kNoIndex) return ast::Ref{ast::RefKind::kParam, param};
    return std::nullopt;
  }
  if (const std::uint32_t list = model_.find_list(path[0].text); list != kNoIndex)
    return ast::Ref{ast::RefKind::kList, list};
  return std::nullopt;
}

std::optional<Program> CaseRunner::compile(ExplainPlan* plan) {
  GenerateOptions options;
  options.explain = plan;
  options.only = {test_.rule.text};
  options.fields = wanted_;
  for (const TestStep& step : case_.steps) {
    if (step.kind != TestStep::Kind::kSet || is_lateness(step)) continue;
    if (const auto target = target_of(step.set.path)) {
      options.overrides.push_back({*target, literals_of(*step.set.value)});
    }
  }
  Diagnostics diagnostics;
  auto program = build(model_, files_, options, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.level == DiagnosticLevel::kError) failures_.push_back(diagnostic.message);
  }
  return program;
}

std::vector<std::string> CaseRunner::run() {
  for (const TestStep& step : case_.steps) {
    const bool expects =
        step.kind == TestStep::Kind::kExpectAlert || step.kind == TestStep::Kind::kExpectWithdrawn;
    for (const ast::RecordField& field : step.fields) {
      if (expects) wanted_.push_back(field.name.text);
    }
  }
  auto program = compile(nullptr);
  if (!program) return failures_;
  EngineOptions options;
  options.decide = Decide::kEarly;
  options.also_show = wanted_;
  options.lateness_of_all = kUnlimitedLateness;
  for (const TestStep& step : case_.steps) {
    if (!is_lateness(step)) continue;
    const auto literals = literals_of(*step.set.value);
    const auto* lateness = literals.size() == 1 ? std::get_if<ast::Duration>(&literals[0]) : nullptr;
    if (lateness != nullptr) options.lateness_of_all = lateness->nanoseconds;
  }
  engine_.emplace(std::move(*program), options);
  for (const TestStep& step : case_.steps) {
    switch (step.kind) {
      case TestStep::Kind::kSet:
        break;
      case TestStep::Kind::kAt:
        deliver(step);
        break;
      case TestStep::Kind::kGiven:
        give(step);
        break;
      case TestStep::Kind::kExpectNone:
        expect_none();
        break;
      case TestStep::Kind::kExpectAlert:
      case TestStep::Kind::kExpectWithdrawn:
        expect(step);
        break;
    }
  }
  for (const Seen& seen : seen_) {
    if (seen.stands && !seen.expected && !seen.told)
      failures_.push_back("an alert that was not expected: " + describe(seen));
  }
  if (!failures_.empty()) explain();
  return failures_;
}

/// Tells of the event that came closest to an alert what decided. The events are put into their order, as
/// files are.
void CaseRunner::explain() {
  ExplainPlan plan;
  plan.name = test_.rule.text;
  auto program = compile(&plan);
  if (!program || plan.rule == kNoIndex) return;
  Explainer explainer(*program, std::move(plan), {1, {}, {}});
  EngineOptions options;
  options.decide = Decide::kFinal;
  options.observer = &explainer;
  Engine engine(std::move(*program), options);
  clock_ = kClockStart;
  for (const TestStep& step : case_.steps) {
    if (step.kind == TestStep::Kind::kAt) {
      clock_ = moment(step.at.get());
      if (step.event) feed(engine, step, [](const auto&) {});
    } else if (step.kind == TestStep::Kind::kGiven) {
      (void)engine.feed(step.raw);
    }
  }
  if (!engine.finish([](const Alert&) {})) return;
  for (const Explanation& explanation : explainer.best()) {
    constexpr std::size_t kMostLines = 10;
    std::string& text = failures_.back();
    text += fmt::format("\n      closest: {} {} at {}", explanation.event.event_class, explanation.event.id,
                        format_time(explanation.event.time));
    std::vector<std::string> lines = brief(explanation);
    if (lines.size() > kMostLines) {
      lines.resize(kMostLines);
      lines.emplace_back("…");
    }
    for (const std::string& line : lines) text += "\n        " + line;
  }
}

std::int64_t CaseRunner::moment(const Expr* at) const {
  if (at == nullptr) return clock_;
  const auto literals = literals_of(*at);
  if (literals.size() != 1) return clock_;
  if (const auto* duration = std::get_if<ast::Duration>(&literals[0]))
    return kClockStart + duration->nanoseconds;
  if (const auto* time = std::get_if<ast::Time>(&literals[0])) return time->nanoseconds;
  return clock_;
}

void CaseRunner::deliver(const TestStep& step) {
  clock_ = moment(step.at.get());
  // The clock decides what did not happen, however late events may come.
  take(engine_->advance(clock_));
  if (step.event) feed(*engine_, step, [this](const auto& fed) { take(fed); });
}

void CaseRunner::feed(Engine& engine, const TestStep& step, const TakeFed& take) const {
  Arena arena;
  Engine::Fields fields;
  std::map<std::string, std::vector<MapEntry>> maps;
  bool has_time = false;
  for (const ast::RecordField& field : step.fields) {
    Value value = value_of(*field.value, arena);
    if (field.name.text == "time") {
      has_time = true;
      value = Value::of_time(moment(field.value.get()));
    }
    const bool is_field = std::any_of(model_.fields.begin(), model_.fields.end(),
                                      [&](const FieldInfo& known) { return known.name == field.name.text; });
    const std::size_t dot = field.name.text.find('.');
    if (!is_field && dot != std::string::npos) {  // `params.ForwardTo: "…"`: an entry of a map
      const std::string_view name = arena.copy(std::string_view(field.name.text).substr(dot + 1));
      maps[field.name.text.substr(0, dot)].push_back({Value::of_string(name), value});
      continue;
    }
    fields.emplace_back(field.name.text, value);
  }
  for (const auto& [name, entries] : maps) fields.emplace_back(name, Value::of_map(entries));
  if (!has_time) fields.emplace_back("time", Value::of_time(clock_));
  for (std::int64_t i = 0; i < step.times.value_or(1); ++i) {
    take(step.event->alert ? engine.feed_alert(step.event->name.text, fields)
                           : engine.feed_event(step.event->name.text, fields));
  }
}

void CaseRunner::give(const TestStep& step) {
  const std::vector<std::uint64_t> before = engine_->stats().by_source;
  const auto fed = engine_->feed(step.raw);
  if (!fed) {
    fail_at(step, "the record was rejected: " + fed.error().message);
    return;
  }
  const auto& sources = engine_->program().data().sources;
  std::string taken = "no source";
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (engine_->stats().by_source[i] != before[i]) taken = "source `" + sources[i].name + "`";
  }
  if (taken != "source `" + step.source.text + "`") {
    fail_at(step, fmt::format("the record was taken by {}, not by `{}`", taken, step.source.text));
  }
  take(fed);
}

void CaseRunner::take(const Expected<std::span<const Alert>>& fed) {
  if (!fed) {
    failures_.push_back(fed.error().message);
    return;
  }
  for (const Alert& alert : *fed) {
    const auto known =
        std::find_if(seen_.begin(), seen_.end(), [&](const Seen& seen) { return seen.alert.id == alert.id; });
    if (known != seen_.end()) {
      known->stands = alert.status == AlertStatus::kOpen;
      known->alert = alert;
      known->expected = false;
      continue;
    }
    Seen seen;
    seen.alert = alert;
    seen_.push_back(std::move(seen));
  }
}

bool CaseRunner::fits(const Seen& seen, const TestStep& step) const {
  if (step.at && seen.alert.time != moment(step.at.get())) return false;
  Arena arena;
  for (const ast::RecordField& field : step.fields) {
    const Json wanted = json_of(value_of(*field.value, arena));
    Json found;
    if (field.name.text == "score") {
      found = seen.alert.score;
    } else if (field.name.text == "severity") {
      found = name_of(seen.alert.severity);
    } else if (field.name.text == "message") {
      found = seen.alert.message;
    } else if (seen.alert.show.contains(field.name.text)) {
      found = seen.alert.show[field.name.text];
    } else if (seen.alert.key.contains(field.name.text)) {
      found = seen.alert.key[field.name.text];
    }
    if (!same(wanted, found)) return false;
  }
  return true;
}

std::string CaseRunner::describe(const Seen& seen) const {
  std::string text = fmt::format("{} at {}, score {}: {}", name_of(seen.alert.severity),
                                 format_time(seen.alert.time), seen.alert.score, seen.alert.message);
  for (const std::string& name : wanted_) {
    if (!seen.alert.show.contains(name) || seen.alert.show[name].is_null()) continue;
    text += fmt::format(", {} {}", name,
                        seen.alert.show[name].dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return text;
}

void CaseRunner::expect(const TestStep& step) {
  const bool withdrawn = step.kind == TestStep::Kind::kExpectWithdrawn;
  for (Seen& seen : seen_) {
    if (seen.expected || seen.stands == withdrawn || !fits(seen, step)) continue;
    seen.expected = true;
    return;
  }
  std::string others;
  bool fired = false;
  for (Seen& seen : seen_) {
    if (seen.expected) continue;
    fired = true;
    if (!seen.told) others += "\n      there was " + describe(seen) + (seen.stands ? "" : " (withdrawn)");
    seen.told = true;
  }
  fail_at(step, fmt::format("no {} as expected{}", withdrawn ? "alert was withdrawn" : "alert",
                            fired ? others : "; nothing fired"));
}

void CaseRunner::expect_none() {
  for (Seen& seen : seen_) {
    if (seen.expected || !seen.stands) continue;
    if (!seen.told) failures_.push_back("expected no alert, but there was " + describe(seen));
    seen.expected = true;
  }
}

}  // namespace

std::vector<CaseResult> run_tests(const Model& model, const SourceFiles& files) {
  std::vector<CaseResult> results;
  for (const TestInfo& info : model.tests) {
    for (const ast::Case& test_case : info.decl->cases) {
      CaseResult result{info.decl->rule.text, test_case.title.text, test_case.title.span, {}};
      result.failures = CaseRunner(model, files, *info.decl, test_case).run();
      results.push_back(std::move(result));
    }
  }
  return results;
}

}  // namespace shrike
