namespace IronCage.Abi.Boundary;

/// <summary>What the guards of both libraries share: nothing leaves an export but a status, and a message behind it.</summary>
internal static class CatchAll
{
    private const int Ok = 0, Internal = -1;

    /// <summary>Runs what an export does.</summary>
    /// <param name="body">What it does.</param>
    /// <param name="statusOf">The status of an exception whose message may be told; 0 for any other.</param>
    public static int Run(Action body, Func<Exception, int> statusOf)
    {
        LastError.Clear();
        try
        {
            body();
            return Ok;
        }
        catch (Exception e)
        {
            var status = e is AbiException told ? told.Status : statusOf(e);
            // Messages of foreign exceptions may quote their input; the type tells enough.
            LastError.Set(status != Ok ? e.Message : "internal fault: " + e.GetType().Name);
            return status != Ok ? status : Internal;
        }
    }

    /// <summary>For exports without a status; <paramref name="otherwise"/> if the impossible happens.</summary>
    public static T Value<T>(Func<T> body, T otherwise)
    {
        try
        {
            return body();
        }
        catch (Exception)
        {
            return otherwise;
        }
    }
}
