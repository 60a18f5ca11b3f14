using IronCage.Cost;
using IronCage.Runtime.Budgets;

namespace IronCage.Runtime.Protections;

/// <summary>What must fit together of the options of a degrading and a wrapping-up protection, beside each option by itself.</summary>
internal static class StageRules
{
    /// <summary>Checks them.</summary>
    /// <param name="options">Of the protection.</param>
    /// <param name="shared">The named budget it draws on; null: none.</param>
    /// <param name="own">Prices of its own.</param>
    /// <param name="catalogue">The others.</param>
    /// <exception cref="ConfigException">They do not fit.</exception>
    public static void Check(ProtectionOptions options, SharedBudget? shared, PriceBook? own, PriceCatalogue catalogue)
    {
        var hasBudget = shared is not null || options.Budget is not null;
        if (options.HasDegradeAt && !hasBudget)
            throw new ConfigException("degrade_at", "needs a budget of which it is the share");
        if (options.WrapUp is { } wrapUp)
        {
            if (!hasBudget)
                throw new ConfigException("reserve_usd", "needs a budget of which it is kept");
            if (shared?.Account.Peek().Limit is { } limit && wrapUp.Reserve >= limit)
                throw new ConfigException("reserve_usd", $"must be below the budget of ${limit}");
        }
        if (options.Unpriced != UnpricedPolicy.Deny)
            return;
        foreach (var model in options.Degrade.Models.Values.Distinct())
        {
            if (!IsPriced(model, own, catalogue))
                throw new ConfigException("degrade", $"the model '{model}' has no price, so no budget could hold it: give one in prices, or set unpriced");
        }
    }

    /// <summary>Whether anybody serves the model at a known price: at whom a call will be is known only then.</summary>
    private static bool IsPriced(string model, PriceBook? own, PriceCatalogue catalogue) =>
        own?.Find(null, model) is not null || catalogue.Find(null, model) is not null
        || PriceCatalogue.Providers.Any(provider => own?.Find(provider.Id, model) is not null || catalogue.Find(provider.Id, model) is not null);
}
