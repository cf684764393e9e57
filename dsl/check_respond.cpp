// `respond`: known actions with the arguments they take.
#include "dsl/check_context.hpp"
#include "runtime/response_actions.hpp"

namespace shrike {

using ast::Expr;
using ast::ExprKind;

void Checker::check_respond(const ast::Rule& rule, NameScope& scope) {
  for (const auto& expr : rule.respond) {
    if (!expr) continue;
    Expr* call = expr.get();
    if (call->kind == ExprKind::kIf && call->args.size() >= 2 && call->args[0] && call->args[1]) {
      if (call->args.size() > 2) {
        report(DiagnosticId::kRespondForm, call->args[2] ? call->args[2]->span : call->span).help =
            "an action has an `if` but no `else`; list both actions";
        continue;
      }
      condition(call->args[1].get(), scope);
      check_expanded(call->args[1].get());
      call = call->args[0].get();
    }
    if (call->kind != ExprKind::kCall) {
      Diagnostic& diagnostic = report(DiagnosticId::kRespondForm, call->span);
      const ResponseAction* action =
          call->kind == ExprKind::kName ? find_response_action(call->name) : nullptr;
      if (action != nullptr)
        diagnostic.help =
            fmt::format("it takes arguments: `{}({})`", action->name, fmt::join(action->parameters, ", "));
      continue;
    }
    for (auto& argument : call->args) {
      if (!argument) continue;
      const Type type = infer(*argument, scope);
      check_expanded(argument.get());
      if (type.kind == TypeKind::kNone || is_text(type) || type.kind == TypeKind::kInt) continue;
      expect_fits(*argument, type, type_of(TypeKind::kString));
    }
    const ResponseAction* action = find_response_action(call->name);
    if (action == nullptr) {
      std::vector<std::string_view> names;
      for (const ResponseAction& row : response_actions()) names.push_back(row.name);
      suggest_name(report(DiagnosticId::kUnknownAction, call->op_span, call->name), call->op_span, call->name,
                   names, fmt::format("actions are {}", fmt::join(names, ", ")));
      continue;
    }
    if (call->args.size() == action->parameters.size()) continue;
    const std::size_t given = call->args.size();
    report(DiagnosticId::kArgumentCount, call->span, action->name,
           action->parameters.size() == 1 ? "1 argument"
                                          : fmt::format("{} arguments", action->parameters.size()),
           given == 1 ? std::string("1 stands") : fmt::format("{} stand", given))
        .help = fmt::format("it is `{}({})`", action->name, fmt::join(action->parameters, ", "));
  }
}

}  // namespace shrike
