using IronCage.Cost;
using IronCage.Core.Money;

namespace IronCage.Runtime.Protections;

/// <summary>Sums for one model, or for all.</summary>
internal sealed class ModelTally
{
    public long Calls;
    public Picodollars Spent;
    public long Input;
    public long Cached;
    public long CacheWrite;
    public long Output;
    public long Reasoning;

    public void Add(in TokenUsage usage, Picodollars cost)
    {
        Spent += cost;
        Input += usage.Input + usage.AudioInput;
        Cached += usage.Cached;
        CacheWrite += usage.CacheWrite + usage.CacheWriteHour;
        Output += usage.Output + usage.AudioOutput;
        Reasoning += usage.Reasoning;
    }
}
