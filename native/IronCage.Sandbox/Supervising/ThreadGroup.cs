using System.Globalization;

namespace IronCage.Sandbox.Supervising;

/// <summary>The process of a thread: notifications name the thread, descriptors of processes are made of leaders.</summary>
internal static class ThreadGroup
{
    /// <param name="thread">A thread.</param>
    public static int Of(int thread)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{thread.ToString(CultureInfo.InvariantCulture)}/status"))
            {
                if (line.StartsWith("Tgid:", StringComparison.Ordinal))
                    return int.Parse(line.AsSpan(5).Trim(), CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // gone
        }
        return thread;
    }
}
