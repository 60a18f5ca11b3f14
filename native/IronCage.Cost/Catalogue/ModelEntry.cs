namespace IronCage.Cost;

/// <summary>A model of the catalogue with its prices over time.</summary>
internal sealed class ModelEntry
{
    private readonly ModelPrice[] periods;

    /// <param name="periods">The prices of each time, the usual ones first: none of them is another entry's.</param>
    public ModelEntry(ModelPrice[] periods)
    {
        this.periods = periods;
        foreach (var period in periods)
            period.Entry = this;
    }

    public string Id => periods[0].Id;

    /// <summary>The prices valid at a time: the last that have begun and whose hours it is, else the first.</summary>
    /// <param name="now">UTC.</param>
    public ModelPrice At(DateTime now)
    {
        if (periods.Length == 1)
            return periods[0];
        var date = DateOnly.FromDateTime(now);
        for (var i = periods.Length - 1; i > 0; i--)
        {
            if ((periods[i].From is not { } from || date >= from) && (periods[i].Daily is not { } hours || TimeOnly.FromDateTime(now).IsBetween(hours.Start, hours.End)))
                return periods[i];
        }

        return periods[0];
    }

    /// <summary>The same prices at a provider that has none of its own.</summary>
    public ModelEntry ServedBy(string provider) => new(Array.ConvertAll(periods, price => price.ServedBy(provider)));
}
