// What the inline tests of the rules do not notice: every condition of every rule is taken out and turned
// round, one at a time, in the checked syntax tree, and the rule's tests are run. A mutation under which all
// pass has survived: either a near miss is missing there, or the condition says nothing.
//
//   rule_mutations FOLDER [RULE…]
//
// Conditions are the parts of `and` and `or` in `on … where`, `when`, the steps, the `where` of aggregates,
// the `if` of amounts, keys and comprehensions, and the `let`s that these use. Definitions outside the rule
// are left as they are.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dsl/compilation.hpp"
#include "dsl/format.hpp"
#include "dsl/test_runner.hpp"
#include "shrike/compile.hpp"

namespace shrike {
namespace {

using ast::Expr;
using ast::ExprKind;
using ast::ExprPtr;

/// A condition that stands by itself.
struct Site {
  ExprPtr* condition;
  bool in_or;  ///< one of several of which one is enough: it is gone when it is false, else when it is true
};

/// Finds the conditions of one rule.
class Sites {
 public:
  explicit Sites(ast::Rule& rule) {
    for (ast::Let& let : rule.lets) add_let(let.value);
    if (rule.where) add(rule.where, false);
    for (ast::NamedExpr& key : rule.each) look_into(*key.expr);
    if (rule.when) add(rule.when, false);
    for (ast::Step& step : rule.steps) {
      if (step.where) add(step.where, false);
    }
    for (ExprPtr& amount : rule.score) look_into(*amount);
  }
  const std::vector<Site>& all() const { return sites_; }

 private:
  /// A condition as a whole is reached where the `let` is used; here come its parts.
  void add_let(ExprPtr& value) {
    const bool has_parts = value->kind == ExprKind::kAnd || value->kind == ExprKind::kOr;
    if (has_parts) {
      add(value, false);
    } else {
      look_into(*value);
    }
  }

  void add(ExprPtr& condition, bool in_or) {
    Expr& expr = *condition;
    if (expr.kind == ExprKind::kAnd || expr.kind == ExprKind::kOr) {
      for (ExprPtr& part : expr.args) add(part, expr.kind == ExprKind::kOr);
    } else if (expr.kind == ExprKind::kNot &&
               (expr.args[0]->kind == ExprKind::kAnd || expr.args[0]->kind == ExprKind::kOr)) {
      add(expr.args[0], in_or);
    } else if (expr.kind == ExprKind::kIf) {
      add(expr.args[0], in_or);
      add(expr.args[1], false);
      if (expr.args.size() > 2) add(expr.args[2], in_or);
    } else {
      sites_.push_back({&condition, in_or});
      look_into(expr);
    }
  }

  /// Conditions inside an expression that is none, or is one only as a whole.
  void look_into(Expr& expr) {
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      Expr& part = *expr.args[i];
      const bool has_parts = part.kind == ExprKind::kAnd || part.kind == ExprKind::kOr;
      if (has_parts || (expr.kind == ExprKind::kIf && i == 1)) {
        add(expr.args[i], false);
      } else {
        look_into(part);
      }
    }
    if (expr.where) add(expr.where, false);
  }

  std::vector<Site> sites_;
};

ExprPtr truth(bool value, const Expr& instead_of) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kLiteral;
  expr->literal = value;
  expr->name = value ? "true" : "false";
  expr->span = instead_of.span;
  expr->type = instead_of.type;
  return expr;
}

ExprPtr opposite(ExprPtr condition) {
  auto expr = std::make_unique<Expr>();
  expr->kind = ExprKind::kNot;
  expr->span = condition->span;
  expr->type = condition->type;
  expr->args.push_back(std::move(condition));
  return expr;
}

class Mutations {
 public:
  Mutations(Model& model, const SourceFiles& files) : model_(model), files_(files) {
    // Each case by itself, so that the first that notices is the last that is run.
    for (const TestInfo& info : model.tests) {
      for (ast::Case& one : const_cast<ast::Test*>(info.decl)->cases) {
        cases_.push_back({{}, info.decl->rule, info.decl->span, {}});
        cases_.back().cases.push_back(std::move(one));
      }
    }
  }

  /// Tries every mutation of a rule. False when its tests fail without one.
  bool try_all(ast::Rule& rule) {
    rule_ = &rule;
    // The case that noticed last is asked first: it often notices the next one as well.
    cases_of_rule_.clear();
    for (const ast::Test& test : cases_) {
      if (test.rule.text == rule.name.text) cases_of_rule_.push_back(&test);
    }
    if (is_noticed()) return false;
    const Sites sites(rule);
    for (const Site& site : sites.all()) {
      ExprPtr original = std::move(*site.condition);
      *site.condition = truth(!site.in_or, *original);
      judge("without", *original);
      *site.condition = opposite(std::move(original));
      judge("not", *(*site.condition)->args[0]);
      original = std::move((*site.condition)->args[0]);
      *site.condition = std::move(original);
    }
    return true;
  }

  std::size_t tried() const { return tried_; }
  std::size_t survived() const { return survived_; }

 private:
  bool is_noticed() {
    for (auto test = cases_of_rule_.begin(); test != cases_of_rule_.end(); ++test) {
      model_.tests = {{*test, model_.find_rule(rule_->name.text)}};
      for (const CaseResult& result : run_tests(model_, files_)) {
        if (result.passed()) continue;
        std::rotate(cases_of_rule_.begin(), test, test + 1);
        return true;
      }
    }
    return false;
  }

  void judge(const char* what, const Expr& condition) {
    ++tried_;
    Diagnostics mistakes;
    GenerateOptions options;
    options.only = {rule_->name.text};
    if (!build(model_, files_, options, mistakes)) throw std::runtime_error(mistakes.front().message);
    if (is_noticed()) return;
    ++survived_;
    const SourceFile& file = files_[condition.span.file];
    fmt::print("survived {}: {} {} ({}:{})\n", rule_->name.text, what, format(condition), file.name,
               locate(file, condition.span.begin).line);
    std::fflush(stdout);
  }

  Model& model_;
  const SourceFiles& files_;
  std::vector<ast::Test> cases_;
  ast::Rule* rule_ = nullptr;
  std::vector<const ast::Test*> cases_of_rule_;
  std::size_t tried_ = 0;
  std::size_t survived_ = 0;
};

int run(const std::string& folder, const std::vector<std::string>& wanted) {
  SourceFiles files;
  if (const auto loaded = load_rules(folder, files); !loaded) {
    fmt::print(stderr, "error: {}\n", loaded.error().message);
    return 2;
  }
  Analysis analysis = analyse(files);
  if (analysis.has_errors()) {
    fmt::print(stderr, "error: the rules do not compile: see `shrike check {}`\n", folder);
    return 2;
  }
  for (const std::string& name : wanted) {
    if (analysis.model.find_rule(name) != kNoIndex) continue;
    fmt::print(stderr, "error: there is no rule `{}`\n", name);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  Mutations mutations(analysis.model, files);
  for (const RuleInfo& rule : analysis.model.rules) {
    auto& decl = const_cast<ast::Rule&>(*rule.decl);
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), decl.name.text) == wanted.end()) continue;
    if (mutations.try_all(decl)) continue;
    fmt::print(stderr, "error: the tests of `{}` fail as it is: see `shrike test {}`\n", decl.name.text,
               folder);
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print("{} mutations, {} survived ({:.0f} s)\n", mutations.tried(), mutations.survived(), took.count());
  return 0;
}

}  // namespace
}  // namespace shrike

int main(int argc, char** argv) {
  try {
    if (argc < 2) {
      fmt::print(stderr, "usage: rule_mutations FOLDER [RULE...]\n");
      return 2;
    }
    return shrike::run(argv[1], {argv + 2, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
