// Aggregates of the reference evaluator (language manual, section 5), each straight from its sentence.
#include <algorithm>
#include <cmath>

#include "tests/reference/evaluator.hpp"

namespace shrike::reference {

using ast::Expr;

namespace {

__extension__ typedef __int128 Wide;

RefValue whole(Kind kind, Wide number) {
  RefValue value;
  if (number > INT64_MAX || number < INT64_MIN) return value;
  value.kind = kind;
  value.integer = static_cast<std::int64_t>(number);
  return value;
}

RefValue duration(Wide nanoseconds) { return whole(Kind::kDuration, nanoseconds); }

/// The sum, or with `average` the mean, of values of one type.
RefValue total(const std::vector<RefValue>& values, TypeKind type, bool average) {
  const auto count = static_cast<Wide>(values.size());
  if (values.empty() && average) return missing();
  if (type == TypeKind::kFloat) {
    double sum = 0;
    for (const RefValue& value : values) sum += value.as_float();
    return of_float(average ? sum / static_cast<double>(count) : sum);
  }
  Wide sum = 0;
  for (const RefValue& value : values) sum += value.integer;
  if (type == TypeKind::kDuration) return duration(average ? sum / count : sum);
  if (average) return of_float(static_cast<double>(sum) / static_cast<double>(count));
  return whole(Kind::kInt, sum);
}

/// The least value that at least `percent` of the values do not exceed.
RefValue nearest_rank(const std::vector<RefValue>& values, double percent) {
  RefValue least;
  for (const RefValue& value : values) {
    const auto not_above = std::count_if(values.begin(), values.end(), [&](const RefValue& other) {
      return order_of(other, value, false) <= 0;
    });
    if (100.0 * static_cast<double>(not_above) < percent * static_cast<double>(values.size())) continue;
    if (least.is_missing() || order_of(value, least, false) < 0) least = value;
  }
  return least;
}

/// Standard deviation over mean, from whole microseconds.
RefValue variation(const std::vector<const Seen*>& events) {
  if (events.size() < 3) return missing();
  const auto gaps = static_cast<Wide>(events.size() - 1);
  Wide sum = 0;
  Wide squares = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const Wide gap = (static_cast<Wide>(events[i]->time) - events[i - 1]->time) / 1000;
    sum += gap;
    squares += gap * gap;
  }
  if (sum == 0) return missing();
  return of_float(std::sqrt(static_cast<double>(gaps * squares - sum * sum)) / static_cast<double>(sum));
}

std::int64_t bucket_of(std::int64_t time, std::int64_t length) {
  return time / length - (time % length < 0 ? 1 : 0);
}

}  // namespace

RefValue Evaluator::aggregate(const Expr& expr, const Scene& scene, const Names& names) {
  const std::string& name = expr.name;
  if (name == "count" && expr.args.size() == 1) {
    return of_int(static_cast<std::int64_t>(scene.steps[expr.args[0]->ref.index].size()));
  }
  if (scene.newest == nullptr) return missing();  // after steps nothing is kept
  const Seen& e = *scene.newest;

  if (name == "watched") return duration(static_cast<Wide>(e.time) - scene.watched_since);
  if (name == "age") {
    std::size_t from = scene.of_key.size() - 1;
    while (from > 0 &&
           static_cast<Wide>(scene.of_key[from]->time) - scene.of_key[from - 1]->time < scene.within)
      --from;
    return duration(static_cast<Wide>(e.time) - scene.of_key[from]->time);
  }

  // The kept events that `last`, `where` and the aggregate itself leave.
  const bool before_e = name == "prev" || name == "new";
  Scene inner = scene;
  std::vector<const Seen*> events;
  for (const Seen* seen : scene.kept) {
    if (before_e && seen == &e) continue;
    if (expr.last && static_cast<Wide>(e.time) - seen->time >= constant(*expr.last)) continue;
    inner.now = seen;
    if (expr.where && !holds(*expr.where, inner, names)) continue;
    events.push_back(seen);
  }
  const auto argument_of = [&](std::size_t i, const Seen* seen) {
    inner.now = seen;
    return evaluate(*expr.args[i], inner, names);
  };

  if (name == "count") return of_int(static_cast<std::int64_t>(events.size()));
  if (name == "span") {
    if (events.empty()) return missing();
    return duration(static_cast<Wide>(events.back()->time) - events.front()->time);
  }
  if (name == "regularity") return variation(events);
  if (name == "usual_count") {
    const std::int64_t length = argument_of(0, &e).integer;
    const RefValue percent = argument_of(1, &e);
    if (length <= 0 || percent.is_missing()) return missing();
    std::map<std::int64_t, std::int64_t> counts;
    for (const Seen* seen : events) {
      if (bucket_of(seen->time, length) < bucket_of(e.time, length)) ++counts[bucket_of(seen->time, length)];
    }
    std::vector<RefValue> values;
    for (const auto& [bucket, count] : counts) values.push_back(of_int(count));
    return values.empty() ? of_int(0) : nearest_rank(values, percent.as_float());
  }
  if (name == "distinct" || name == "new") {
    using Row = std::vector<RefValue>;
    const auto row_of = [&](const Seen* seen) {
      Row row;
      for (std::size_t i = 0; i < expr.args.size(); ++i) row.push_back(argument_of(i, seen));
      return row;
    };
    const auto lacks_one = [](const Row& row) {
      return std::any_of(row.begin(), row.end(), [](const RefValue& value) { return value.is_missing(); });
    };
    const auto same_row = [&](const Row& a, const Row& b) {
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (!equal_values(a[i], b[i], expr.args[i]->type.cased)) return false;
      }
      return true;
    };
    std::vector<Row> rows;
    for (const Seen* seen : events) {
      Row row = row_of(seen);
      if (lacks_one(row)) continue;
      const bool known =
          std::any_of(rows.begin(), rows.end(), [&](const Row& other) { return same_row(other, row); });
      if (!known) rows.push_back(std::move(row));
    }
    if (name == "distinct") return of_int(static_cast<std::int64_t>(rows.size()));
    const Row own = row_of(&e);
    if (lacks_one(own)) return missing();
    return of_bool(
        std::none_of(rows.begin(), rows.end(), [&](const Row& other) { return same_row(other, own); }));
  }

  // The rest look at the values of one argument; events that lack it are passed over.
  std::vector<RefValue> values;
  for (const Seen* seen : events) {
    RefValue value = argument_of(0, seen);
    if (!value.is_missing()) values.push_back(std::move(value));
  }
  if (name == "first") return values.empty() ? missing() : values.front();
  if (name == "prev") return values.empty() ? missing() : values.back();
  if (name == "sum" || name == "avg") return total(values, expr.args[0]->type.kind, name == "avg");
  if (name == "percentile") {
    const RefValue percent = argument_of(1, &e);
    if (percent.is_missing()) return missing();
    return converted(nearest_rank(values, percent.as_float()), expr.type);
  }
  if (name == "values") {
    RefValue list;
    list.kind = Kind::kList;
    for (const RefValue& value : values) {
      const bool known = std::any_of(list.items.begin(), list.items.end(), [&](const RefValue& other) {
        return equal_values(other, value, expr.args[0]->type.cased);
      });
      if (!known) list.items.push_back(value);
    }
    return list;
  }
  RefValue best;
  const int wanted = name == "min" ? -1 : 1;
  for (const RefValue& value : values) {
    if (best.is_missing() || order_of(value, best, false) == wanted) best = value;
  }
  return best;
}

}  // namespace shrike::reference
