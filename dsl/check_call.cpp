// Calls of built-in functions and of `def`s, and the `def`s themselves.
#include <algorithm>

#include "dsl/check_context.hpp"
#include "runtime/aggregate_table.hpp"
#include "runtime/functions.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;
using ast::RefKind;

namespace {

/// Binds T of a parameter type to what an argument gives. False when the shapes do not match.
bool bind_generic(const Type& parameter, const Type& argument, std::optional<Type>& bound, int& rank) {
  constexpr int kGeneric = 1;
  constexpr int kGenericFromJson = 3;
  rank = kGeneric;
  Type given;
  if (argument.kind == TypeKind::kNone) {
    return true;
  } else if (parameter.kind == TypeKind::kNone) {
    given = argument;
  } else if (is_json(argument)) {
    given = argument;
    rank = kGenericFromJson;
  } else if (parameter.kind != argument.kind) {
    return false;
  } else {
    given = argument;
    for (unsigned i = 0; i < parameter.depth; ++i) {
      if (is_json(given)) {
        rank = kGenericFromJson;
      } else if (given.is_list() || given.kind == TypeKind::kMap) {
        given = element_of(given);
      } else if (given.kind != TypeKind::kNone) {
        return false;
      }
    }
  }
  if (given.kind == TypeKind::kNone) return true;
  if (!bound) {
    bound = given;
    return true;
  }
  bound = common_type(*bound, given);
  return bound.has_value();
}

std::optional<Type> substitute(const Type& type, const Type& bound) {
  if (type.kind == TypeKind::kNone) return bound;
  if (type.kind == TypeKind::kMap) return Type{TypeKind::kMap, bound.kind, 1, false};
  if (bound.kind == TypeKind::kNone) return Type{TypeKind::kList, TypeKind::kNone, type.depth, false};
  std::optional<Type> result = bound;
  for (unsigned i = 0; i < type.depth && result; ++i) result = list_of(*result);
  return result;
}

struct Match {
  int rank = 0;
  std::optional<Type> bound;
};

std::optional<Match> match(const Signature& signature, const std::vector<Type>& arguments) {
  Match result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Signature::Parameter& parameter = signature.parameters[i];
    int rank = 0;
    if (parameter.generic) {
      if (!bind_generic(parameter.type, arguments[i], result.bound, rank)) return std::nullopt;
    } else {
      rank = fit_rank(arguments[i], parameter.type);
      // What takes json looks at its shape; a plain value has none (`len(5)`).
      if (is_json(parameter.type) && !is_json(arguments[i])) rank = -1;
      if (rank < 0) return std::nullopt;
    }
    result.rank += rank;
  }
  return result;
}

unsigned required_count(const Signature& signature) {
  unsigned count = 0;
  for (unsigned i = 0; i < signature.parameter_count; ++i)
    count += signature.parameters[i].optional ? 0U : 1U;
  return count;
}

std::string count_text(std::size_t count) {
  if (count == 0) return "no argument";
  return count == 1 ? "1 argument" : fmt::format("{} arguments", count);
}

std::string given_text(std::size_t count) { return count == 1 ? "1 stands" : fmt::format("{} stand", count); }

std::string types_text(const std::vector<Type>& types) {
  std::vector<std::string> texts;
  for (const Type& type : types) texts.push_back(to_text(type));
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

Type Checker::infer_call(Expr& expr, NameScope& scope) {
  bool failed = false;
  for (auto& argument : expr.args) {
    if (!argument) {
      failed = true;
      continue;
    }
    // flatten() takes lists of different depth beside each other.
    if (expr.name == "flatten" && argument->kind == ExprKind::kList) {
      argument->type = infer_list(*argument, scope, true);
    } else {
      infer(*argument, scope);
    }
    failed = failed || argument->type.kind == TypeKind::kNone;
  }
  if (const Global* def = find_global(expr.name, "def")) {
    expr.ref = {RefKind::kDef, def->index};
    return call_def(expr, def->index);
  }
  const auto rows = functions();
  const bool is_known = std::any_of(rows.begin(), rows.end(),
                                    [&](const FunctionRow& row) { return name_of(row) == expr.name; });
  if (is_known) return failed ? Type{} : call_function(expr);

  Diagnostic& diagnostic =
      report_undeclared(DiagnosticId::kUnknownFunction, expr.op_span, expr.name, expr.name);
  std::vector<std::string_view> candidates = globals_of("def");
  for (const FunctionRow& row : rows) candidates.push_back(name_of(row));
  for (const AggregateRow& row : kAggregates) candidates.push_back(row.name);
  std::string otherwise;
  if (const Global* global = find_global(expr.name)) {
    otherwise = fmt::format("`{}` is a {}", expr.name, global->kind);
  } else if (is_plain_name(expr.name, scope) ||
             (scope.fields && has_field(expr.name, scope.classes, false))) {
    otherwise = fmt::format("`{}` is a value; leave out the parentheses", expr.name);
  }
  suggest_name(diagnostic, expr.op_span, expr.name, candidates, otherwise);
  return {};
}

Type Checker::call_def(Expr& expr, std::uint32_t index) {
  const DefInfo& def = model_.defs[index];
  if (!def_is_valid_[index]) return {};
  if (expr.args.size() != def.parameters.size()) {
    report(DiagnosticId::kArgumentCount, expr.span, expr.name, count_text(def.parameters.size()),
           given_text(expr.args.size()))
        .second = Diagnostic::Note{def.decl->name.span, "declared here"};
    return def.result;
  }
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    Expr* argument = expr.args[i].get();
    if (argument == nullptr || argument->type.kind == TypeKind::kNone ||
        fits(argument->type, def.parameters[i])) {
      if (argument != nullptr) widen_literal(*argument, def.parameters[i]);
      continue;
    }
    Diagnostic& diagnostic = report(DiagnosticId::kExpectedType, argument->span, to_text(def.parameters[i]),
                                    to_text(argument->type));
    diagnostic.second = Diagnostic::Note{def.decl->parameters[i].name.span, "the parameter"};
    offer_conversion(diagnostic, *argument, argument->type, def.parameters[i]);
  }
  return def.result;
}

Type Checker::call_function(Expr& expr) {
  const auto rows = functions();
  std::vector<Type> arguments;
  for (const auto& argument : expr.args) arguments.push_back(argument->type);

  std::vector<Signature> named;
  std::optional<Match> best;
  std::uint32_t best_row = kNoIndex;
  Signature chosen;
  unsigned fewest = 6;
  unsigned most = 0;
  bool count_fits = false;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (name_of(rows[i]) != expr.name) continue;
    const Signature signature = signature_of(rows[i]);
    named.push_back(signature);
    const unsigned required = required_count(signature);
    fewest = std::min(fewest, required);
    most = std::max(most, signature.parameter_count);
    if (arguments.size() < required || arguments.size() > signature.parameter_count) continue;
    count_fits = true;
    auto found = match(signature, arguments);
    if (!found || (best && best->rank <= found->rank)) continue;
    best = std::move(found);
    best_row = i;
    chosen = signature;
  }
  if (!count_fits) {
    const std::string takes =
        fewest == most ? count_text(most) : fmt::format("{} to {} arguments", fewest, most);
    report(DiagnosticId::kArgumentCount, expr.span, expr.name, takes, given_text(arguments.size()));
    return {};
  }
  if (!best) {
    // With one row the message is about the argument; with several about all of them.
    if (named.size() == 1) {
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Signature::Parameter& parameter = named[0].parameters[i];
        if (parameter.generic || fits(arguments[i], parameter.type)) continue;
        expect_fits(*expr.args[i], arguments[i], parameter.type);
        return named[0].result_generic ? Type{} : named[0].result;
      }
    }
    Diagnostic& diagnostic =
        report(DiagnosticId::kArgumentTypes, expr.span, expr.name, types_text(arguments));
    std::vector<std::string> forms;
    for (const FunctionRow& row : rows) {
      if (name_of(row) == expr.name) forms.push_back(fmt::format("`{}`", row.signature));
    }
    diagnostic.help = fmt::format("it is {}", fmt::join(forms, " or "));
    return {};
  }
  expr.ref = {RefKind::kFunction, best_row};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!chosen.parameters[i].generic) widen_literal(*expr.args[i], chosen.parameters[i].type);
  }
  if (!chosen.result_generic) return chosen.result;
  Type bound = best->bound.value_or(Type{});
  // flatten() takes away all levels but one.
  if (expr.name == "flatten") {
    while (bound.is_list()) bound = element_of(bound);
  }
  const auto result = substitute(chosen.result, bound);
  if (!result) report(DiagnosticId::kNoSuchList, expr.span, fmt::format("list<{}>", to_text(bound)));
  return result.value_or(Type{});
}

// ---- def

void Checker::check_defs() {
  const std::size_t count = model_.defs.size();
  def_is_valid_.assign(count, 1);
  def_sizes_.assign(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    DefInfo& def = model_.defs[i];
    const auto rows = functions();
    const bool is_built_in = std::any_of(rows.begin(), rows.end(), [&](const FunctionRow& row) {
      return name_of(row) == def.decl->name.text;
    });
    if (is_built_in) report(DiagnosticId::kBuiltInName, def.decl->name.span, def.decl->name.text);
    for (const ast::Def::Parameter& parameter : def.decl->parameters) {
      const auto type = parameter.type ? resolve_type(*parameter.type) : std::nullopt;
      if (!type) def_is_valid_[i] = 0;
      def.parameters.push_back(type.value_or(Type{}));
    }
    const auto result = def.decl->result ? resolve_type(*def.decl->result) : std::nullopt;
    if (!result) def_is_valid_[i] = 0;
    def.result = result.value_or(Type{});
  }
  for (DefInfo& def : model_.defs) {
    if (!def.decl->body) continue;
    current_ = def.decl;
    NameScope scope;
    scope.place = ExprPlace::kDef;
    for (std::size_t i = 0; i < def.parameters.size(); ++i) {
      const ast::Name& name = def.decl->parameters[i].name;
      push_local(scope, name.text, name.span, def.parameters[i]);
    }
    expect(*def.decl->body, scope, def.result);
  }
  check_recursion();
}

void Checker::check_recursion() {
  // Depth first over calls, without recursion of our own: a chain of defs may be long.
  const std::size_t count = model_.defs.size();
  std::vector<std::vector<std::pair<std::uint32_t, Span>>> calls(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<const Expr*> open;
    if (model_.defs[i].decl->body) open.push_back(model_.defs[i].decl->body.get());
    while (!open.empty()) {
      const Expr* expr = open.back();
      open.pop_back();
      if (expr->kind == ExprKind::kCall && expr->ref.kind == RefKind::kDef)
        calls[i].emplace_back(expr->ref.index, expr->span);
      for (const auto& argument : expr->args) {
        if (argument) open.push_back(argument.get());
      }
      if (expr->where) open.push_back(expr->where.get());
    }
  }
  std::vector<Progress> progress(count, Progress::kNone);
  std::vector<std::pair<std::uint32_t, std::size_t>> path;
  for (std::uint32_t start = 0; start < count; ++start) {
    if (progress[start] != Progress::kNone) continue;
    path.emplace_back(start, 0);
    progress[start] = Progress::kBusy;
    while (!path.empty()) {
      const std::uint32_t def = path.back().first;
      if (path.back().second == calls[def].size()) {
        progress[def] = Progress::kDone;
        if (model_.defs[def].decl->body) def_sizes_[def] = expanded_size(*model_.defs[def].decl->body);
        // Said once, of the first that passes the limit.
        const bool is_said = std::any_of(calls[def].begin(), calls[def].end(), [&](const auto& call) {
          return def_sizes_[call.first] > kMaxExpanded;
        });
        if (def_sizes_[def] > kMaxExpanded && !is_said)
          report(DiagnosticId::kTooLarge, model_.defs[def].decl->name.span);
        path.pop_back();
        continue;
      }
      const auto [callee, where] = calls[def][path.back().second++];
      if (progress[callee] == Progress::kNone) {
        progress[callee] = Progress::kBusy;
        path.emplace_back(callee, 0);
      } else if (progress[callee] == Progress::kBusy) {
        std::vector<std::string_view> names;
        bool inside = false;
        for (const auto& [step, next] : path) {
          inside = inside || step == callee;
          if (inside) names.push_back(model_.defs[step].decl->name.text);
        }
        names.push_back(model_.defs[callee].decl->name.text);
        Diagnostic& diagnostic = report(DiagnosticId::kRecursion, where, model_.defs[callee].decl->name.text);
        if (names.size() > 2 && names.size() < 10)
          diagnostic.label = fmt::format("{}", fmt::join(names, " calls "));
      }
    }
  }
}

std::uint64_t Checker::expanded_size(const Expr& expr) const {
  std::uint64_t size = 0;
  std::vector<const Expr*> open{&expr};
  while (!open.empty()) {
    const Expr* part = open.back();
    open.pop_back();
    size += 1;
    if (part->kind == ExprKind::kCall && part->ref.kind == RefKind::kDef) size += def_sizes_[part->ref.index];
    if (size > kMaxExpanded) return kMaxExpanded + 1;
    for (const auto& argument : part->args) {
      if (argument) open.push_back(argument.get());
    }
    if (part->where) open.push_back(part->where.get());
  }
  return size;
}

void Checker::check_expanded(const Expr* expr) {
  // A def that is too large by itself was reported where it stands.
  if (expr != nullptr && expanded_size(*expr) > kMaxExpanded &&
      std::none_of(def_sizes_.begin(), def_sizes_.end(),
                   [](std::uint64_t size) { return size > kMaxExpanded; })) {
    report(DiagnosticId::kTooLarge, expr->span);
  }
}

}  // namespace shrike
