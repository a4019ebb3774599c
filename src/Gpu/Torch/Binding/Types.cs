namespace TorchSharp;

public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    /// <summary>Element types, numbered as c10::ScalarType.</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }

    public const ScalarType @bool = ScalarType.Bool;
    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType int8 = ScalarType.Int8;
    public const ScalarType int16 = ScalarType.Int16;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    public const ScalarType float16 = ScalarType.Float16;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device CUDA = new(DeviceType.CUDA);

    /// <summary>Where a tensor lives. An index of -1 is the current device of that type.</summary>
    public class Device : IEquatable<Device>
    {
        public DeviceType type { get; }
        public int index { get; }

        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        /// <param name="description">"cpu", "cuda" or "cuda:1".</param>
        /// <exception cref="ArgumentException">It is none of them.</exception>
        public Device(string description)
        {
            var parts = description.Split(':');
            index = -1;
            type = parts[0] switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new ArgumentException($"unknown device '{description}': cpu, cuda or cuda:N", nameof(description)),
            };
            if (parts.Length > 2 || (parts.Length == 2 && (!int.TryParse(parts[1], out var number) || (index = number) < 0)))
                throw new ArgumentException($"unknown device '{description}': cpu, cuda or cuda:N", nameof(description));
        }

        public override string ToString() => type.ToString().ToLowerInvariant() + (index < 0 ? "" : $":{index}");
        public bool Equals(Device? other) => other is not null && type == other.type && index == other.index;
        public override bool Equals(object? obj) => Equals(obj as Device);
        public override int GetHashCode() => HashCode.Combine(type, index);
    }
}
