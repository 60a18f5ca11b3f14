namespace IronCage.Sandbox.Kernel;

/// <summary>Asks the running kernel what it can enforce. Changes nothing of this process.</summary>
public static class KernelProbe
{
}
