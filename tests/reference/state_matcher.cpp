#include "tests/reference/state_matcher.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "runtime/alert_builder.hpp"
#include "runtime/json.hpp"
#include "runtime/time_text.hpp"

namespace shrike::reference {

using ast::Expr;

namespace {

constexpr std::size_t kMaxCombinations = 64;
constexpr std::int64_t kDay = 86'400'000'000'000;

/// A value as keys are compared: its JSON, folded unless letter case matters.
std::string key_text(const RefValue& value, bool cased) {
  Arena arena;
  std::string text;
  append_json(text, to_value(value, arena));
  return cased ? text : folded(text);
}

bool is_no_key(const RefValue& value) {
  return value.is_missing() || (value.kind == Kind::kString && value.text.empty());
}

/// The values of one key part: of a list each value once.
std::vector<RefValue> key_values(const RefValue& value, bool cased) {
  std::vector<RefValue> result;
  for (const RefValue& one : value.kind == Kind::kList ? value.items : std::vector<RefValue>{value}) {
    const bool known = std::any_of(result.begin(), result.end(),
                                   [&](const RefValue& other) { return equal_values(other, one, cased); });
    if (!is_no_key(one) && !known) result.push_back(one);
  }
  return result;
}

std::vector<const Expr*> each_keys(const ast::Rule& rule) {
  std::vector<const Expr*> keys;
  for (const ast::NamedExpr& key : rule.each) keys.push_back(key.expr.get());
  return keys;
}

std::vector<const Expr*> step_keys(const ast::Rule& rule, const ast::Step& step) {
  if (step.by.empty()) return each_keys(rule);
  std::vector<const Expr*> keys;
  for (const auto& key : step.by) keys.push_back(key.get());
  return keys;
}

std::tuple<std::int64_t, const std::string&, const std::string&, const std::string&,
           const std::vector<std::string>&, const std::string&>
order_of_firing(const StandingFiring& firing) {
  return {firing.time, firing.event_class, firing.event_id, firing.rule, firing.key, firing.tenant};
}

}  // namespace

// ---- rules

std::vector<std::uint32_t> StateMatcher::rule_order() const {
  std::vector<std::uint32_t> order;
  const std::function<void(std::uint32_t)> add = [&](std::uint32_t rule) {
    if (std::find(order.begin(), order.end(), rule) != order.end()) return;
    const auto add_read = [&](const std::vector<ast::ClassRef>& classes) {
      for (const ast::ClassRef& read : classes) {
        if (read.alert) add(model_.find_rule(read.name.text));
      }
    };
    add_read(model_.rules[rule].decl->on);
    for (const ast::Step& step : model_.rules[rule].decl->steps) add_read(step.classes);
    order.push_back(rule);
  };
  for (std::uint32_t rule = 0; rule < model_.rules.size(); ++rule) add(rule);
  return order;
}

std::vector<StandingFiring> StateMatcher::firings(const std::vector<RefEvent>& events,
                                                  std::int64_t decided_until) {
  take(events);
  std::vector<StandingFiring> all;
  for (const std::uint32_t index : rule_order()) {
    const ast::Rule& rule = *model_.rules[index].decl;
    found_.clear();
    if (rule.order == ast::StepOrder::kNone) {
      run_on(rule);
    } else {
      run_steps(rule, decided_until);
    }
    std::sort(found_.begin(), found_.end(), [](const Firing& a, const Firing& b) {
      return order_of_firing(a.standing) < order_of_firing(b.standing);
    });
    for (const Firing& firing : found_) {
      const StandingFiring& alert = firing.standing;
      seen_.push_back({firing.event, alert.time, alert.tenant, alert.event_class, alert.event_id, alert.rule,
                       alert.key, alert.severity, alert.score});
      all.push_back(alert);
    }
  }
  return all;
}

void StateMatcher::run_on(const ast::Rule& rule) {
  std::vector<const Seen*> passed;
  for (const Seen* seen : inputs(rule.on)) {
    Scene scene;
    scene.lets = &rule.lets;
    scene.now = seen;
    if (!rule.where || evaluator_.holds(*rule.where, scene)) passed.push_back(seen);
  }
  if (rule.each.empty()) {
    for (const Seen* seen : passed) {
      Scene scene;
      scene.lets = &rule.lets;
      scene.now = seen;
      fire(rule, *seen, seen->time, {}, scene, {});
    }
    return;
  }

  std::vector<bool> cased;
  for (const Expr* key : each_keys(rule)) cased.push_back(key->type.cased);
  std::vector<Entry> entries;
  for (const Seen* seen : passed) {
    for (Entry& entry : entries_of(*seen, rule, each_keys(rule), cased)) entries.push_back(std::move(entry));
  }
  const std::int64_t within = evaluator_.constant(*rule.within);
  for (const Entry& e : entries) {
    Scene scene;
    scene.lets = &rule.lets;
    scene.now = e.seen;
    scene.newest = e.seen;
    scene.within = within;
    for (const Entry& other : entries) {
      if (other.text != e.text || before(*e.seen, *other.seen)) continue;
      scene.of_key.push_back(other.seen);
      if (other.seen->time <= e.seen->time - within) continue;
      scene.kept.push_back(other.seen);
    }
    scene.keys = e.keys;               // as the firing event spells it
    for (const Seen* seen : passed) {  // in event order
      if (folded(seen->tenant) != folded(e.seen->tenant)) continue;
      scene.watched_since = seen->time;
      break;
    }
    if (!evaluator_.holds(*rule.when, scene)) continue;
    fire(rule, *e.seen, e.seen->time, {e.text.begin() + 1, e.text.end()}, scene, {});
  }
}

// ---- steps

void StateMatcher::run_steps(const ast::Rule& rule, std::int64_t decided_until) {
  // Letter case matters in a key if it does for one of the steps.
  std::vector<bool> cased(rule.each.size(), false);
  for (const ast::Step& step : rule.steps) {
    const auto keys = step_keys(rule, step);
    for (std::size_t i = 0; i < cased.size(); ++i) cased[i] = cased[i] || keys[i]->type.cased;
  }
  std::map<std::vector<std::string>, std::vector<std::vector<Entry>>> by_key;
  for (std::size_t index = 0; index < rule.steps.size(); ++index) {
    const ast::Step& step = rule.steps[index];
    const bool is_alone = steps_of(step.where.get(), rule).empty();
    for (const Seen* seen : inputs(step.classes)) {
      for (const Entry& entry : entries_of(*seen, rule, step_keys(rule, step), cased)) {
        Scene scene;
        scene.lets = &rule.lets;
        scene.now = seen;
        scene.keys = entry.keys;
        if (step.where && is_alone && !evaluator_.holds(*step.where, scene)) continue;
        auto& candidates = by_key[entry.text];
        candidates.resize(rule.steps.size());
        candidates[index].push_back(entry);
      }
    }
  }
  for (const auto& [key, candidates] : by_key) run_steps_of_key(rule, candidates, decided_until);
}

void StateMatcher::run_steps_of_key(const ast::Rule& rule, const std::vector<std::vector<Entry>>& candidates,
                                    std::int64_t decided_until) {
  // What may complete: events of the last step that is no absence; in `together` of any.
  std::size_t last_step = rule.steps.size() - 1;
  while (rule.steps[last_step].absent) --last_step;
  std::vector<const Seen*> completing;
  for (std::size_t step = 0; step < rule.steps.size(); ++step) {
    if (rule.order == ast::StepOrder::kSequence && step != last_step) continue;
    for (const Entry& entry : candidates[step]) completing.push_back(entry.seen);
  }
  std::sort(completing.begin(), completing.end(),
            [](const Seen* a, const Seen* b) { return before(*a, *b); });
  completing.erase(std::unique(completing.begin(), completing.end()), completing.end());

  StepSearch search(evaluator_, rule, candidates, trying_);
  std::vector<std::pair<const Seen*, StepSearch::Match>> matches;
  for (const Seen* seen : completing) {
    StepSearch::Match match = search.completed_by(*seen);
    if (match.empty()) continue;
    // An alert and the event that it carries complete as one event: the newest of their matches counts.
    const auto same = std::find_if(matches.begin(), matches.end(), [&](const auto& other) {
      return same_event(*other.first, *seen) && other.first->time == seen->time;
    });
    if (same == matches.end()) {
      matches.emplace_back(seen, std::move(match));
    } else if (is_newer(match, same->second)) {
      *same = {seen, std::move(match)};
    }
  }
  for (const auto& [seen, match] : matches) {
    std::int64_t time = seen->time;
    if (rule.steps.back().absent) time += evaluator_.constant(*rule.steps.back().within);
    if (rule.steps.back().absent && time > decided_until) continue;
    Scene scene;
    scene.lets = &rule.lets;
    scene.steps.resize(match.size());
    std::vector<StepEvidence> evidence;
    const Entry* own = nullptr;
    for (std::size_t step = 0; step < match.size(); ++step) {
      for (const Entry* entry : match[step]) {
        if (entry->seen == seen) own = entry;
        scene.steps[step].push_back(entry->seen);
        evidence.push_back(
            {rule.steps[step].name.text, entry->seen->event_class, entry->seen->id, entry->seen->time});
      }
    }
    scene.keys = own->keys;  // as the completing event spells it
    fire(rule, *seen, time, {own->text.begin() + 1, own->text.end()}, scene, std::move(evidence));
  }
}

// ---- firings

void StateMatcher::fire(const ast::Rule& rule, const Seen& event, std::int64_t time,
                        const std::vector<std::string>& key, const Scene& scene,
                        std::vector<StepEvidence> evidence) {
  StandingFiring firing;
  firing.rule = rule.name.text;
  firing.tenant = event.tenant;
  firing.key = key;
  firing.event_class = event.event_class;
  firing.event_id = event.id;
  firing.time = time;
  double adjustment = 0;
  if (!exceptions_pass(firing, scene, adjustment)) return;
  firing.score = score_of(rule, scene, adjustment);
  firing.severity = std::min(*severity_from(rule.severity->text), severity_of_score(firing.score));
  firing.message = message_of(rule, scene);
  firing.evidence = std::move(evidence);
  add_quiet(rule, scene, firing);
  std::erase_if(found_, [&](const Firing& other) {
    return order_of_firing(other.standing) == order_of_firing(firing);
  });
  found_.push_back({std::move(firing), event.event});
}

bool StateMatcher::exceptions_pass(const StandingFiring& firing, const Scene& scene, double& amount) {
  bool dropped = false;
  for (const ExceptInfo& info : model_.excepts) {
    const ast::Except& except = *info.decl;
    if (model_.rules[info.rule].decl->name.text != firing.rule) continue;
    if (except.tenant && folded(except.tenant->text) != folded(firing.tenant)) continue;
    if (firing.time >= std::get<ast::Time>(except.until->literal).nanoseconds + kDay) continue;
    if (except.where && !evaluator_.holds(*except.where, scene)) continue;
    dropped = dropped || except.drop;
    if (!except.score) continue;
    const RefValue given = evaluator_.value(*except.score, scene);
    if (given.is_number()) amount += given.as_float();
  }
  return !dropped;
}

int StateMatcher::score_of(const ast::Rule& rule, const Scene& scene, double adjustment) {
  constexpr int kBySeverity[] = {10, 30, 55, 80, 95};
  double sum =
      rule.score.empty() ? kBySeverity[static_cast<std::size_t>(*severity_from(rule.severity->text))] : 0;
  for (const auto& amount : rule.score) {
    const RefValue given = evaluator_.value(*amount, scene);
    if (given.is_number()) sum += given.as_float();
  }
  return static_cast<int>(std::lround(std::clamp(sum + adjustment, 0.0, 100.0)));
}

std::string StateMatcher::message_of(const ast::Rule& rule, const Scene& scene) {
  if (!rule.say) return rule.title;
  Arena arena;
  std::string message;
  for (std::size_t i = 0; i < rule.say->pieces.size(); ++i) {
    message += rule.say->pieces[i];
    if (i < rule.say->exprs.size())
      message += spoken(to_value(evaluator_.value(*rule.say->exprs[i], scene), arena));
  }
  return message;
}

void StateMatcher::add_quiet(const ast::Rule& rule, const Scene& scene, StandingFiring& firing) {
  if (!rule.quiet) {
    if (rule.each.empty()) return;
    firing.quiet = evaluator_.constant(*rule.within);
    firing.quiet_key = firing.key;
    return;
  }
  firing.quiet = evaluator_.constant(*rule.quiet);
  for (const auto& part : rule.quiet_by) {
    const RefValue value = evaluator_.value(*part, scene);
    if (is_no_key(value)) {
      firing.quiet_key.clear();
      return;
    }
    firing.quiet_key.push_back(key_text(value, part->type.cased));
  }
}

std::vector<StandingFiring> standing(std::vector<StandingFiring> firings) {
  std::sort(firings.begin(), firings.end(), [](const StandingFiring& a, const StandingFiring& b) {
    return order_of_firing(a) < order_of_firing(b);
  });
  std::vector<StandingFiring> result;
  for (StandingFiring& firing : firings) {
    const auto same_quiet = [&](const StandingFiring& other) {
      return other.rule == firing.rule && folded(other.tenant) == folded(firing.tenant) &&
             other.quiet_key == firing.quiet_key;
    };
    // The last one that stands began the quiet time.
    const auto since = std::find_if(result.rbegin(), result.rend(), same_quiet);
    const bool is_quieted = firing.quiet > 0 && !firing.quiet_key.empty() && since != result.rend() &&
                            firing.time - since->time < firing.quiet && firing.score <= since->score;
    if (!is_quieted) result.push_back(std::move(firing));
  }
  return result;
}

std::string describe(const StandingFiring& firing) {
  std::string text =
      fmt::format("{} [{}] {} {}/{} key ({}) score {} {}: {}", firing.rule, firing.tenant,
                  format_time(firing.time), firing.event_class, firing.event_id, fmt::join(firing.key, ", "),
                  firing.score, name_of(firing.severity), firing.message);
  for (const StepEvidence& event : firing.evidence)
    text += fmt::format(" {}={}/{}", event.step, event.event_class, event.id);
  return text;
}

// ---- events

RefValue StateMatcher::named_field(const RefEvent& event, const std::string& name) {
  const auto& fields = model_.classes[event.event_class].fields;
  const auto found = fields.find(name);
  return found == fields.end() ? missing() : evaluator_.field(found->second, event);
}

/// Events of one tenant, class and id are one: each field from the source of lowest order that has it.
RefEvent StateMatcher::merged(const std::vector<const RefEvent*>& copies) {
  std::multimap<std::int64_t, const RefEvent*> by_source;
  for (const RefEvent* copy : copies) {
    by_source.emplace(copy->source == nullptr ? 0 : copy->source->order, copy);
  }
  RefEvent result;
  result.event_class = copies.front()->event_class;
  for (const auto& [name, field] : model_.classes[result.event_class].fields) {
    for (const auto& [order, copy] : by_source) {
      RefValue value = evaluator_.given(field, *copy);
      if (!value.is_missing()) result.given.try_emplace(field, std::move(value));
    }
  }
  return result;
}

void StateMatcher::take(const std::vector<RefEvent>& events) {
  merged_.clear();
  seen_.clear();
  std::map<std::tuple<std::string, std::uint32_t, std::string>, std::vector<const RefEvent*>> copies;
  for (const RefEvent& event : events) {
    std::string id = named_field(event, "id").text;
    if (id.empty()) {  // what it holds stands for it
      for (const auto& [name, field] : model_.classes[event.event_class].fields)
        id += describe(evaluator_.field(field, event)) + "\n";
    }
    copies[{folded(named_field(event, "tenant").text), event.event_class, id}].push_back(&event);
  }
  for (const auto& [identity, group] : copies) {
    merged_.push_back(merged(group));
    const RefEvent& event = merged_.back();
    const RefValue time = named_field(event, "time");
    if (time.is_missing()) continue;
    Seen seen;
    seen.event = &event;
    seen.time = time.integer;
    seen.tenant = named_field(event, "tenant").text;
    seen.event_class = model_.classes[event.event_class].name;
    seen.id = std::get<2>(identity);
    seen_.push_back(std::move(seen));
  }
}

/// The events and alerts of these classes, in event order.
std::vector<const Seen*> StateMatcher::inputs(const std::vector<ast::ClassRef>& classes) const {
  std::vector<const Seen*> result;
  for (const Seen& seen : seen_) {
    const bool is_read = std::any_of(classes.begin(), classes.end(), [&](const ast::ClassRef& read) {
      return read.alert ? seen.rule == read.name.text
                        : seen.rule.empty() && seen.event_class == read.name.text;
    });
    if (is_read) result.push_back(&seen);
  }
  std::sort(result.begin(), result.end(), [](const Seen* a, const Seen* b) { return before(*a, *b); });
  return result;
}

/// The event under each of its keys; none when a part is missing.
std::vector<Entry> StateMatcher::entries_of(const Seen& seen, const ast::Rule& rule,
                                            const std::vector<const Expr*>& keys,
                                            const std::vector<bool>& cased) {
  Scene scene;
  scene.lets = &rule.lets;
  scene.now = &seen;
  std::vector<Entry> entries(1);
  entries[0].seen = &seen;
  entries[0].text.push_back(folded(seen.tenant));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const RefValue value = evaluator_.value(*keys[i], scene);
    const std::vector<RefValue> values = key_values(value, cased[i]);
    std::vector<Entry> longer;
    for (const Entry& entry : entries) {
      for (const RefValue& one : values) {
        longer.push_back(entry);
        longer.back().keys.push_back(one);
        longer.back().text.push_back(key_text(one, cased[i]));
      }
    }
    entries = std::move(longer);
  }
  if (entries.size() > kMaxCombinations) entries.resize(kMaxCombinations);
  return entries;
}

}  // namespace shrike::reference
