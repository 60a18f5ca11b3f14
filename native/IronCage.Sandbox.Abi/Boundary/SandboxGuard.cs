using IronCage.Abi.Boundary;
using IronCage.Sandbox.Hosting;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Abi.Boundary;

/// <summary>The catch-all of the boundary: every export is one call of <see cref="Run"/> (or <see cref="Value{T}"/> for exports that cannot fail).</summary>
internal static class SandboxGuard
{
    public static int Run(Action body)
    {
        LastError.Clear();
        try
        {
            if (!OperatingSystem.IsLinux())
                return Fail(SandboxStatus.Unsupported, "sandboxes need Linux 5.13 or newer");
            body();
            return SandboxStatus.Ok;
        }
        catch (AbiException e)
        {
            return Fail(e.Status, e.Message);
        }
        catch (PolicyException e)
        {
            return Fail(SandboxStatus.Policy, e.Message);
        }
        catch (SandboxException e)
        {
            return Fail(SandboxStatus.Unsupported, e.Message);
        }
        catch (ProgramNotFoundException e)
        {
            return Fail(SandboxStatus.NotFound, e.Message);
        }
        catch (KernelException e)
        {
            return Fail(SandboxStatus.System, e.Message);
        }
        catch (Exception e)
        {
            // Messages of foreign exceptions may quote their input; the type tells enough.
            return Fail(SandboxStatus.Internal, "internal fault: " + e.GetType().Name);
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
