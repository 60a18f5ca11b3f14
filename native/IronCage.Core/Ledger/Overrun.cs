using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>A call that cost more than was held for it.</summary>
/// <param name="At">When it was settled, by the store's clock.</param>
/// <param name="By">Whose it was; null where nobody said.</param>
/// <param name="Held">What was held.</param>
/// <param name="Billed">What it cost.</param>
public sealed record Overrun(DateTimeOffset At, Attribution? By, Picodollars Held, Picodollars Billed);
