using Google.Protobuf.Reflection;
using Thermocline.Protocol.Reflection.V1;

namespace Thermocline.Grpc.Reflection;

/// <summary>The answers on one stream, where a file that was sent is not sent again.</summary>
internal sealed class ReflectionAnswers(DescriptorCatalogue catalogue)
{
    private readonly HashSet<string> _sent = [];

    /// <exception cref="RpcException">The request asks for nothing.</exception>
    public ServerReflectionResponse To(ServerReflectionRequest request)
    {
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new ListServiceResponse
                {
                    Service = { catalogue.Services.Select(static name => new ServiceResponse { Name = name }) },
                };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Give(answer, catalogue.FindFile(request.FileByFilename), request.FileByFilename);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Give(answer, catalogue.FindFileOf(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                // The definitions are proto3: there are no extensions.
                Miss(answer, $"{request.FileContainingExtension.ContainingType}[{request.FileContainingExtension.ExtensionNumber}]");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                if (catalogue.IsMessage(request.AllExtensionNumbersOfType))
                    answer.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
                else
                    Miss(answer, request.AllExtensionNumbersOfType);
                break;
            default:
                throw new RpcException(StatusCode.InvalidArgument, "The request asks for nothing.");
        }

        return answer;
    }

    private void Give(ServerReflectionResponse answer, FileDescriptor? file, string wanted)
    {
        if (file is null)
        {
            Miss(answer, wanted);
            return;
        }

        answer.FileDescriptorResponse = new FileDescriptorResponse();
        Add(file, answer.FileDescriptorResponse);
        // What was asked for is always in the answer, whatever was sent before.
        if (answer.FileDescriptorResponse.FileDescriptorProto.Count == 0)
            answer.FileDescriptorResponse.FileDescriptorProto.Add(file.SerializedData);
    }

    private void Add(FileDescriptor file, FileDescriptorResponse to)
    {
        if (!_sent.Add(file.Name))
            return;
        to.FileDescriptorProto.Add(file.SerializedData);
        foreach (FileDescriptor dependency in file.Dependencies)
            Add(dependency, to);
    }

    private static void Miss(ServerReflectionResponse answer, string wanted) =>
        answer.ErrorResponse = new ErrorResponse { ErrorCode = (int)StatusCode.NotFound, ErrorMessage = $"{wanted} is not here." };
}
