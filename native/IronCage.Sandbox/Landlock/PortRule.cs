namespace IronCage.Sandbox.Landlock;

/// <summary>Rights on a port (struct landlock_net_port_attr).</summary>
/// <param name="Port">1 to 65,535.</param>
/// <param name="Access">The rights.</param>
public readonly record struct PortRule(ushort Port, NetRights Access);
