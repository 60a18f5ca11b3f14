using System.Globalization;
using System.Text.Json;

namespace IronCage.Runtime.Tests.Support;

/// <summary>The sums of a report. Budget figures are null without a budget.</summary>
internal sealed record Figures(decimal Spent, decimal Held, long Calls, decimal Estimated, long Denied, decimal? BudgetSpent, decimal? BudgetHeld)
{
    public static Figures Of(JsonElement report)
    {
        var budget = report.GetProperty("budget");
        var has = budget.ValueKind == JsonValueKind.Object;
        return new Figures(Money(report, "spent_usd"), Money(report, "held_usd"), report.GetProperty("calls").GetInt64(), Money(report, "estimated_usd"),
            report.GetProperty("denied").GetInt64(), has ? Money(budget, "spent_usd") : null, has ? Money(budget, "held_usd") : null);
    }

    public static decimal Money(JsonElement json, string name) => decimal.Parse(json.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
