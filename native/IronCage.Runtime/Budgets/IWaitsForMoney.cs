using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Budgets;

/// <summary>Something whose hold is not decided yet.</summary>
internal interface IWaitsForMoney
{
    /// <summary>Whether the kill switch of this protection ends the wait.</summary>
    bool Concerns(Protection protection);

    /// <summary>Ends the wait; the verdict is then a refusal. Any thread.</summary>
    void GiveUp();
}
