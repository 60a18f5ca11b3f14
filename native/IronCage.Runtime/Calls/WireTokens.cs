using IronCage.Cost;
using IronCage.Lang;

namespace IronCage.Runtime.Calls;

/// <summary>What an answer says it used, as prices know it.</summary>
internal static class WireTokens
{
    public static TokenUsage Of(in WireUsage wire) => new(wire.Input, wire.Cached, wire.CacheWrite, wire.Output, wire.Reasoning, wire.AudioInput, wire.AudioOutput, wire.CacheWriteHour,
        wire.CachedAudio, wire.ImageInput, wire.ImageOutput, wire.Searches);
}
