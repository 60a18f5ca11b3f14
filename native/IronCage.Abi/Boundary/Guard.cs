using IronCage.Core.Ledger;
using IronCage.Runtime;

namespace IronCage.Abi.Boundary;

/// <summary>
/// The catch-all of the boundary: every export is one call of <see cref="Run"/> (or <see cref="Value{T}"/> for exports that cannot fail). An exception that escaped would end the host.
/// </summary>
internal static class Guard
{
    public static int Run(Action body)
    {
        LastError.Clear();
        try
        {
            body();
            return Status.Ok;
        }
        catch (AbiException e)
        {
            return Fail(e.Status, e.Message);
        }
        catch (ConfigException e)
        {
            return Fail(Status.Config, e.Message);
        }
        catch (StoreException e)
        {
            return Fail(Status.State, e.Message);
        }
        catch (Exception e)
        {
            // Messages of foreign exceptions may quote their input; the type tells enough.
            return Fail(Status.Internal, "internal fault: " + e.GetType().Name);
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

    private static int Fail(int status, string message)
    {
        LastError.Set(message);
        return status;
    }
}
