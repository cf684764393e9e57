#include "playground/cli/rule_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "dsl/blind_fields.hpp"
#include "dsl/format.hpp"
#include "dsl/nearest.hpp"
#include "playground/cli/markdown.hpp"
#include "playground/cli/text_layout.hpp"
#include "playground/cli/version.hpp"
#include "runtime/attack_table.hpp"

namespace shrike::cli {
namespace {

/// How far a rule works where only one log is there.
struct Coverage {
  enum class Degree : std::uint8_t { kNone, kPart, kWhole };
  Degree degree = Degree::kNone;
  std::vector<std::string> missing;  ///< fields that it relies on and the log does not have, sorted
};
using Degree = Coverage::Degree;

/// Everything that a rule reads: of its `on`, and of its steps.
std::vector<const ast::ClassRef*> inputs_of(const ast::Rule& rule) {
  std::vector<const ast::ClassRef*> inputs;
  for (const ast::ClassRef& ref : rule.on) inputs.push_back(&ref);
  for (const ast::Step& step : rule.steps) {
    for (const ast::ClassRef& ref : step.classes) inputs.push_back(&ref);
  }
  return inputs;
}

std::string classes_of(const ast::Rule& rule) {
  std::vector<std::string> names;
  bool reads_alerts = false;
  for (const ast::ClassRef* ref : inputs_of(rule)) {
    reads_alerts = reads_alerts || ref->alert;
    const std::string name = "`" + ref->name.text + "`";
    if (!ref->alert && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (reads_alerts) names.insert(names.begin(), "alerts");
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string attack_of(const ast::Rule& rule) {
  std::vector<std::string> links;
  for (const ast::Attack& attack : rule.attack) {
    std::string page = attack.id;
    std::replace(page.begin(), page.end(), '.', '/');
    links.push_back(fmt::format("[{}](https://attack.mitre.org/techniques/{}/)", attack.id, page));
  }
  return fmt::format("{}", fmt::join(links, " "));
}

std::string params_of(const ast::Rule& rule) {
  std::vector<std::string> params;
  for (const ast::Param& param : rule.params) {
    const std::string value = param.value ? format(*param.value) : std::string();
    params.push_back(code(param.name.text + (value.empty() ? "" : " = " + cut(value, 40))));
  }
  return fmt::format("{}", fmt::join(params, " "));
}

/// The folder of a file, and where the file lies seen from the folder above.
std::pair<std::string, std::string> place_of(const SourceFile& file) {
  const std::filesystem::path path(file.name);
  const std::string folder = path.parent_path().filename().string();
  return {folder, folder.empty() ? path.filename().string() : folder + "/" + path.filename().string()};
}

/// The name of the log that a source reads.
std::string log_of(const ast::Source& source) {
  std::string_view line(source.doc);
  line = line.substr(0, line.find_first_of(",.:\n"));
  return line.empty() ? source.name.text : std::string(line);
}

/// Fields that always hold the same text.
using Constants = std::map<std::uint32_t, std::string>;

bool lists(const Model& model, const ast::Expr& list, std::string_view wanted) {
  const auto is_wanted = [&](const ast::Literal& value) {
    const auto* const written = std::get_if<std::string>(&value);
    return written != nullptr && edit_distance(*written, wanted, 0) == 0;  // letter case left out
  };
  if (list.kind == ast::ExprKind::kLiteral) return is_wanted(list.literal);
  if (list.kind == ast::ExprKind::kList)
    return std::any_of(list.args.begin(), list.args.end(),
                       [&](const auto& item) { return lists(model, *item, wanted); });
  if (list.ref.kind != ast::RefKind::kList) return true;  // who knows
  const auto& values = model.lists[list.ref.index].values;
  return std::any_of(values.begin(), values.end(), is_wanted);
}

/// What is known of events before one is seen.
struct Known {
  const Model& model;
  const ast::Rule& rule;
  std::string_view event_class;
  const Constants& constants;
};
constexpr unsigned kMostLets = 32;  ///< looked through, one in the other

/// False where a condition cannot hold for such events.
bool may_hold(const ast::Expr& condition, const Known& known, unsigned depth = 0) {
  const auto may = [&](const auto& part) { return may_hold(*part, known, depth); };
  const auto& args = condition.args;
  if (condition.kind == ast::ExprKind::kAnd) return std::all_of(args.begin(), args.end(), may);
  if (condition.kind == ast::ExprKind::kOr) return std::any_of(args.begin(), args.end(), may);
  if (condition.ref.kind == ast::RefKind::kLet && depth < kMostLets)
    return may_hold(*known.rule.lets[condition.ref.index].value, known, depth + 1);
  const bool is_test =
      condition.kind == ast::ExprKind::kCompare &&
      (condition.compare == ast::CompareOp::kEqual || condition.compare == ast::CompareOp::kIn);
  if (!is_test) return true;
  if (args[0]->ref.kind == ast::RefKind::kClass) return lists(known.model, *args[1], known.event_class);
  if (args[0]->ref.kind != ast::RefKind::kField) return true;
  const auto constant = known.constants.find(args[0]->ref.index);
  return constant == known.constants.end() || lists(known.model, *args[1], constant->second);
}

/// What the sources of a log fill of a class.
struct Filled {
  std::set<std::uint32_t> fields;
  std::vector<Constants> constants;  ///< per source
};
std::map<std::uint32_t, Filled> filled_by(const Model& model, const std::string& log) {
  std::map<std::uint32_t, Filled> filled;
  for (const SourceInfo& source : model.sources) {
    if (log_of(*source.decl) != log) continue;
    Filled& own = filled[source.event_class];
    Constants& constants = own.constants.emplace_back();
    for (const auto& [field, expr] : source.fields) {
      own.fields.insert(field);
      if (expr->kind != ast::ExprKind::kLiteral) continue;
      if (const auto* const written = std::get_if<std::string>(&expr->literal)) constants[field] = *written;
    }
    for (const auto& [field, expr] : model.classes[source.event_class].defaults) own.fields.insert(field);
  }
  return filled;
}

class LogCoverage {
 public:
  LogCoverage(const Model& model, const std::string& log) : model_(model), filled_(filled_by(model, log)) {}

  Coverage of_rule(std::uint32_t index) {
    const auto known = known_.find(index);
    if (known != known_.end()) return known->second;
    known_[index] = {};  // rules do not read their own alerts
    const ast::Rule& rule = *model_.rules[index].decl;
    Coverage result;
    if (rule.steps.empty()) {
      result = of_any(rule, rule.on, rule.where.get(), fields_relied_on(rule));
    } else {
      result.degree = Degree::kWhole;
      for (const ast::Step& step : rule.steps) {
        const Coverage own = of_any(rule, step.classes, step.where.get(), {});
        // What is awaited not to happen would always seem not to have happened.
        result.degree =
            std::min(result.degree, step.absent ? std::max(own.degree, Degree::kPart) : own.degree);
      }
    }
    return known_[index] = std::move(result);
  }

 private:
  /// One of the inputs is enough, all of them are better.
  Coverage of_any(const ast::Rule& rule, const std::vector<ast::ClassRef>& inputs, const ast::Expr* where,
                  const std::set<std::uint32_t>& relied_on) {
    Degree best = Degree::kNone, worst = Degree::kWhole;
    std::set<std::string> missing;
    for (const ast::ClassRef& input : inputs) {
      Degree degree = Degree::kNone;
      if (input.alert) {
        const std::uint32_t read = model_.find_rule(input.name.text);
        if (read != kNoIndex) degree = of_rule(read).degree;
      } else if (const auto own = filled_.find(model_.find_class(input.name.text)); own != filled_.end()) {
        const auto& sources = own->second.constants;
        const std::string& event_class = model_.classes[own->first].name;
        const bool may_fire =
            where == nullptr || std::any_of(sources.begin(), sources.end(), [&](const Constants& constants) {
              return may_hold(*where, {model_, rule, event_class, constants});
            });
        if (may_fire) degree = Degree::kWhole;
        for (const auto& [name, field] : model_.classes[own->first].fields) {
          if (!may_fire || relied_on.count(field) == 0 || own->second.fields.count(field) != 0) continue;
          missing.insert(name);
          degree = Degree::kPart;
        }
      }
      best = std::max(best, degree);
      worst = std::min(worst, degree);
    }
    if (best == Degree::kNone) return {};
    return {best == worst ? best : Degree::kPart, {missing.begin(), missing.end()}};
  }

  const Model& model_;
  const std::map<std::uint32_t, Filled> filled_;
  std::map<std::uint32_t, Coverage> known_;
};

std::string cell_of(const Coverage& coverage) {
  switch (coverage.degree) {
    case Degree::kNone:
      return "";
    case Degree::kWhole:
      return "yes";
    case Degree::kPart:
      break;
  }
  if (coverage.missing.empty()) return "in part";
  std::vector<std::string> fields;
  for (const std::string& field : coverage.missing) fields.push_back(code(field));
  return fmt::format("without {}", fmt::join(fields, " "));
}

std::vector<std::string> log_names(const Model& model) {
  std::vector<std::string> names;
  for (const SourceInfo& source : model.sources) names.push_back(log_of(*source.decl));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string catalogue(const Model& model, const SourceFiles& files) {
  std::map<std::string, std::map<std::string, std::string>> folders;
  for (const RuleInfo& info : model.rules) {
    const ast::Rule& rule = *info.decl;
    const auto [folder, link] = place_of(files[rule.name.span.file]);
    folders[folder][rule.name.text] = table_row({fmt::format("[`{}`]({})", rule.name.text, link),
                                                 text(rule.title), rule.severity ? rule.severity->text : "",
                                                 classes_of(rule), attack_of(rule), params_of(rule)});
  }
  std::string out;
  for (const auto& [folder, rows] : folders) {
    out += fmt::format("{}### {}/\n\n", out.empty() ? "" : "\n", folder);
    out += table_head({"rule", "finds", "at most", "reads", "ATT&CK", "parameters"});
    for (const auto& [name, row] : rows) out += row;
  }
  return out;
}

std::string coverage_table(const Model& model) {
  // The log that feeds most rules first.
  struct Column {
    std::string log;
    std::vector<Coverage> rules;
    std::size_t count = 0;
  };
  std::vector<Column> columns;
  for (const std::string& log : log_names(model)) {
    Column column{log, {}, 0};
    LogCoverage coverage(model, log);
    for (std::uint32_t rule = 0; rule < model.rules.size(); ++rule) {
      column.rules.push_back(coverage.of_rule(rule));
      if (column.rules.back().degree != Degree::kNone) ++column.count;
    }
    columns.push_back(std::move(column));
  }
  std::sort(columns.begin(), columns.end(), [](const Column& a, const Column& b) {
    return a.count != b.count ? a.count > b.count : a.log < b.log;
  });
  std::vector<std::string> head{"rule"};
  for (const Column& column : columns) head.push_back(text(column.log));
  std::map<std::string, std::string> rows;
  for (std::uint32_t rule = 0; rule < model.rules.size(); ++rule) {
    std::vector<std::string> cells{code(model.rules[rule].decl->name.text)};
    for (const Column& column : columns) cells.push_back(cell_of(column.rules[rule]));
    rows[model.rules[rule].decl->name.text] = table_row(cells);
  }
  std::string out = table_head(head);
  for (const auto& [name, row] : rows) out += row;
  std::vector<std::string> counts{"rules that work"};
  for (const Column& column : columns) counts.push_back(std::to_string(column.count));
  return out + table_row(counts);
}

nlohmann::ordered_json attack_layer(const Model& model) {
  std::map<std::string, std::set<std::string>> rules_of;
  for (const RuleInfo& rule : model.rules) {
    for (const ast::Attack& attack : rule.decl->attack) rules_of[attack.id].insert(rule.decl->name.text);
  }
  std::size_t most = 1;
  auto techniques = nlohmann::ordered_json::array();
  for (const auto& [technique, rules] : rules_of) {
    most = std::max(most, rules.size());
    techniques.push_back({{"techniqueID", technique},
                          {"score", rules.size()},
                          {"comment", fmt::format("{}", fmt::join(rules, ", "))},
                          {"enabled", true},
                          {"showSubtechniques", technique.find('.') == std::string::npos}});
  }
  // After "Layer File Format Definition, version 4.5" of the ATT&CK Navigator.
  return {{"name", "Shrike"},
          {"versions", {{"attack", std::string(kAttackVersion.substr(1))}, {"layer", "4.5"}}},
          {"domain", "enterprise-attack"},
          {"description", fmt::format("Techniques that {} of shrike {} look for",
                                      counted(model.rules.size(), "rule"), kVersion)},
          {"sorting", 3},
          {"hideDisabled", false},
          {"techniques", std::move(techniques)},
          {"gradient", {{"colors", {"#fff3c4", "#d1495b"}}, {"minValue", 0}, {"maxValue", most}}}};
}

}  // namespace shrike::cli
