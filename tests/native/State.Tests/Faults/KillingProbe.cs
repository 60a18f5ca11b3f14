using System.Diagnostics;

namespace IronCage.State.Tests.Faults;

/// <summary>Ends the process with SIGKILL at one of the boundaries that <see cref="CopyingProbe"/> copies.</summary>
internal sealed class KillingProbe(int at) : IStatementProbe
{
    private int _boundaries;

    public int Before(string sql)
    {
        Pass();
        return 0;
    }

    public int After(string sql)
    {
        if (sql == "COMMIT")
            Pass();
        return 0;
    }

    private void Pass()
    {
        if (++_boundaries == at)
            Process.GetCurrentProcess().Kill();
    }
}
