namespace IronCage.Cost;

/// <summary>A model of the catalogue with its prices over time.</summary>
internal sealed class ModelEntry((DateOnly From, ModelPrice Price)[] periods)
{
    /// <summary>The prices valid at a date: the last that have begun, else the first.</summary>
    public ModelPrice At(DateOnly date)
    {
        for (var i = periods.Length - 1; i > 0; i--)
        {
            if (date >= periods[i].From)
                return periods[i].Price;
        }

        return periods[0].Price;
    }
}
