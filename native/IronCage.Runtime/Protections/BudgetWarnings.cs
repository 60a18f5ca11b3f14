using System.Globalization;
using IronCage.Core.Ledger;
using IronCage.Runtime.Budgets;

namespace IronCage.Runtime.Protections;

/// <summary>Tells of budgets that were used up to one of their thresholds.</summary>
/// <param name="protection">Tells.</param>
/// <param name="ofBudgets">The thresholds that named budgets have of their own.</param>
internal sealed class BudgetWarnings(Protection protection, SharedThresholds ofBudgets)
{
    /// <summary>Looks at the account, and those above it, as they are known now.</summary>
    public void Check(BudgetWatch watch)
    {
        // What nobody asked for is not told beside what somebody did.
        if (protection.Options.WarnAt is not null || ofBudgets.Of(watch.Account) is null)
            Tell(watch.Account, watch.Thresholds, watch.IsShared);
        for (var account = watch.Account; account is not null; account = account.Parent)
        {
            if (ofBudgets.Of(account) is { } thresholds)
                Tell(account, thresholds, isNamed: true);
        }
    }

    private void Tell(ILedgerAccount account, BudgetThresholds thresholds, bool isNamed)
    {
        var name = isNamed ? SharedBudget.NameOf(account.Name) : protection.Options.AgentId;
        var figures = account.Peek();
        foreach (var share in thresholds.Crossed(figures))
        {
            protection.Warn("budget.warning",
                string.Create(CultureInfo.InvariantCulture, $"{share:P0} of the budget{(isNamed ? " " + name : "")} is spent: ${figures.Spent} of ${figures.Limit}"),
                JsonDetails.Write(w =>
                {
                    w.WriteString("budget", name);
                    w.WriteNumber("threshold", share);
                    ReportWriter.WriteMoney(w, "spent_usd", figures.Spent);
                    ReportWriter.WriteMoney(w, "limit_usd", figures.Limit);
                }));
        }
    }
}
