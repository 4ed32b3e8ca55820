/** template.yaml as a string, so that a bundle needs no file beside it. Written by test/unit/lib/lab/template.test.ts; edit the YAML. */
export const LAB_TEMPLATE = `AWSTemplateFormatVersion: '2010-09-09'
Description: >-
  ssmlab: four EC2 instances and four ways to a shell. SSH and Session Manager through an internet gateway,
  Session Manager through a NAT gateway, Session Manager through VPC endpoints.

Parameters:
  ImageId:
    Description: Public SSM parameter that names the image, Amazon Linux 2023 for arm64.
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64
  InstanceType:
    Description: Type of the four instances, of the architecture of the image.
    Type: String
    Default: t4g.nano
    AllowedPattern: '[a-z][a-z0-9-]*\\.[a-z0-9-]+'
    ConstraintDescription: must be an instance type such as t4g.nano
  KeyName:
    Description: Key pair that opens instance 1 by SSH. It has to exist in the region.
    Type: AWS::EC2::KeyPair::KeyName
    Default: MyKeyPair
  HTTPSPort:
    Description: TCP port that the VPC endpoints are reached on.
    Type: Number
    Default: 443
    MinValue: 1
    MaxValue: 65535
  SSHPort:
    Description: TCP port that instance 1 is reached on by SSH.
    Type: Number
    Default: 22
    MinValue: 1
    MaxValue: 65535
  SSHSourceCidr:
    Description: >-
      Who may open SSH to instance 1, your own address with /32 as checkip.amazonaws.com says it. The default is a
      documentation address: in the local cloud it is your machine, on AWS nobody has it.
    Type: String
    Default: 198.51.100.7/32
    AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}'
    ConstraintDescription: must be an IPv4 prefix such as 203.0.113.25/32
  VPC1Cidr:
    Description: Range of VPC 1.
    Type: String
    Default: 10.0.0.0/16
    AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}'
    ConstraintDescription: must be an IPv4 prefix such as 10.0.0.0/16
  VPC2Cidr:
    Description: Range of VPC 2. The same as that of VPC 1 by default, since the two never talk to each other.
    Type: String
    Default: 10.0.0.0/16
    AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}'
    ConstraintDescription: must be an IPv4 prefix such as 10.0.0.0/16
  PublicSubnetCidr:
    Description: Range of the public subnet in VPC 1.
    Type: String
    Default: 10.0.1.0/24
    AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}'
    ConstraintDescription: must be an IPv4 prefix such as 10.0.1.0/24
  PrivateSubnet1Cidr:
    Description: Range of the subnet behind the NAT gateway in VPC 1.
    Type: String
    Default: 10.0.2.0/24
    AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}'
    ConstraintDescription: must be an IPv4 prefix such as 10.0.2.0/24
  PrivateSubnet2Cidr:
    Description: Range of the isolated subnet in VPC 2.
    Type: String
    Default: 10.0.3.0/24
    AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}'
    ConstraintDescription: must be an IPv4 prefix such as 10.0.3.0/24
  VPC1Zone:
    Description: >-
      Availability zone of VPC 1's subnets, for where not every zone has the instance type. Empty: the region's first.
    Type: String
    Default: ''
  VPC2Zone:
    Description: Availability zone of VPC 2's subnet. Empty, the region's second.
    Type: String
    Default: ''

Conditions:
  VPC1ZoneIsGiven: !Not [!Equals [!Ref VPC1Zone, '']]
  VPC2ZoneIsGiven: !Not [!Equals [!Ref VPC2Zone, '']]

Resources:
  # VPC 1: an internet gateway, a public subnet, and a private one behind a NAT gateway.
  VPC1:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref VPC1Cidr
      EnableDnsSupport: true
      EnableDnsHostnames: true
      Tags:
        - {Key: Name, Value: VPC1}
        - {Key: ssmlab, Value: 'true'}

  IGW:
    Type: AWS::EC2::InternetGateway
    Properties:
      Tags:
        - {Key: Name, Value: IGW}
        - {Key: ssmlab, Value: 'true'}

  IGWAttachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties:
      VpcId: !Ref VPC1
      InternetGatewayId: !Ref IGW

  PublicSubnet:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref VPC1
      CidrBlock: !Ref PublicSubnetCidr
      AvailabilityZone: !If [VPC1ZoneIsGiven, !Ref VPC1Zone, !Select [0, !GetAZs '']]
      Tags:
        - {Key: Name, Value: PublicSubnet}
        - {Key: ssmlab, Value: 'true'}

  PublicSubnetRouteTable:
    Type: AWS::EC2::RouteTable
    Properties:
      VpcId: !Ref VPC1
      Tags:
        - {Key: Name, Value: PublicSubnetRouteTable}
        - {Key: ssmlab, Value: 'true'}

  PublicSubnetRouteTableAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties:
      SubnetId: !Ref PublicSubnet
      RouteTableId: !Ref PublicSubnetRouteTable

  # A route to a gateway that is not attached yet is refused, and only the attachment says when it is.
  RouteToInternet:
    Type: AWS::EC2::Route
    DependsOn: IGWAttachment
    Properties:
      RouteTableId: !Ref PublicSubnetRouteTable
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref IGW

  PrivateSubnet1:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref VPC1
      CidrBlock: !Ref PrivateSubnet1Cidr
      AvailabilityZone: !If [VPC1ZoneIsGiven, !Ref VPC1Zone, !Select [0, !GetAZs '']]
      Tags:
        - {Key: Name, Value: PrivateSubnet1}
        - {Key: ssmlab, Value: 'true'}

  PrivateSubnet1RouteTable:
    Type: AWS::EC2::RouteTable
    Properties:
      VpcId: !Ref VPC1
      Tags:
        - {Key: Name, Value: PrivateSubnet1RouteTable}
        - {Key: ssmlab, Value: 'true'}

  PrivateSubnet1RouteTableAssociation:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties:
      SubnetId: !Ref PrivateSubnet1
      RouteTableId: !Ref PrivateSubnet1RouteTable

  EIP:
    Type: AWS::EC2::EIP
    DependsOn: IGWAttachment
    Properties:
      Domain: vpc
      Tags:
        - {Key: Name, Value: EIP}
        - {Key: ssmlab, Value: 'true'}

  # Without an attached gateway a NAT gateway fails with Gateway.NotAttached.
  NATGateway:
    Type: AWS::EC2::NatGateway
    DependsOn: IGWAttachment
    Properties:
      SubnetId: !Ref PublicSubnet
      AllocationId: !GetAtt EIP.AllocationId
      Tags:
        - {Key: Name, Value: NATGateway}
        - {Key: ssmlab, Value: 'true'}

  RouteToNATGateway:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref PrivateSubnet1RouteTable
      DestinationCidrBlock: 0.0.0.0/0
      NatGatewayId: !Ref NATGateway

  # VPC 2: no gateway at all. Its subnet stays on the main route table, which has the local route only.
  VPC2:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref VPC2Cidr
      EnableDnsSupport: true
      EnableDnsHostnames: true
      Tags:
        - {Key: Name, Value: VPC2}
        - {Key: ssmlab, Value: 'true'}

  PrivateSubnet2:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref VPC2
      CidrBlock: !Ref PrivateSubnet2Cidr
      AvailabilityZone: !If [VPC2ZoneIsGiven, !Ref VPC2Zone, !Select [1, !GetAZs '']]
      Tags:
        - {Key: Name, Value: PrivateSubnet2}
        - {Key: ssmlab, Value: 'true'}

  SSMEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcEndpointType: Interface
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.ssm
      VpcId: !Ref VPC2
      SubnetIds: [!Ref PrivateSubnet2]
      SecurityGroupIds: [!Ref EndpointSecurityGroup]
      PrivateDnsEnabled: true
      Tags:
        - {Key: Name, Value: SSMEndpoint}
        - {Key: ssmlab, Value: 'true'}

  SSMMessagesEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcEndpointType: Interface
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.ssmmessages
      VpcId: !Ref VPC2
      SubnetIds: [!Ref PrivateSubnet2]
      SecurityGroupIds: [!Ref EndpointSecurityGroup]
      PrivateDnsEnabled: true
      Tags:
        - {Key: Name, Value: SSMMessagesEndpoint}
        - {Key: ssmlab, Value: 'true'}

  # Agents since 3.3.40.0 do without this one; it is here because the lab has always shown three.
  EC2MessagesEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcEndpointType: Interface
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.ec2messages
      VpcId: !Ref VPC2
      SubnetIds: [!Ref PrivateSubnet2]
      SecurityGroupIds: [!Ref EndpointSecurityGroup]
      PrivateDnsEnabled: true
      Tags:
        - {Key: Name, Value: EC2MessagesEndpoint}
        - {Key: ssmlab, Value: 'true'}

  # Security groups: none is named, so that a second copy fits beside it and groups can be replaced. All keep the
  # default egress, everything to everywhere, which the agents need.
  InstanceSecurityGroup1:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Instance 1, SSH from the named range
      VpcId: !Ref VPC1
      SecurityGroupIngress:
        - Description: SSH from the named range
          IpProtocol: tcp
          FromPort: !Ref SSHPort
          ToPort: !Ref SSHPort
          CidrIp: !Ref SSHSourceCidr
      Tags:
        - {Key: Name, Value: InstanceSecurityGroup1}
        - {Key: ssmlab, Value: 'true'}

  InstanceSecurityGroup2:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Instances 2 and 3, nothing inbound and everything outbound
      VpcId: !Ref VPC1
      Tags:
        - {Key: Name, Value: InstanceSecurityGroup2}
        - {Key: ssmlab, Value: 'true'}

  InstanceSecurityGroup3:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Instance 4, nothing inbound and everything outbound
      VpcId: !Ref VPC2
      Tags:
        - {Key: Name, Value: InstanceSecurityGroup3}
        - {Key: ssmlab, Value: 'true'}

  EndpointSecurityGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: VPC endpoints, HTTPS from instance 4
      VpcId: !Ref VPC2
      SecurityGroupIngress:
        - Description: HTTPS from instance 4
          IpProtocol: tcp
          FromPort: !Ref HTTPSPort
          ToPort: !Ref HTTPSPort
          SourceSecurityGroupId: !Ref InstanceSecurityGroup3
      Tags:
        - {Key: Name, Value: EndpointSecurityGroup}
        - {Key: ssmlab, Value: 'true'}

  # What lets an agent talk to Systems Manager. Instance 1 has none.
  InstanceRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Service: ec2.amazonaws.com
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:\${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore
      Tags:
        - {Key: ssmlab, Value: 'true'}

  InstanceProfile:
    Type: AWS::IAM::InstanceProfile
    Properties:
      Roles: [!Ref InstanceRole]

  # Instances: each waits for its way out, else its agent starts before its path exists and backs off for minutes.
  Instance1:
    Type: AWS::EC2::Instance
    DependsOn: [RouteToInternet, PublicSubnetRouteTableAssociation]
    Properties:
      ImageId: !Ref ImageId
      InstanceType: !Ref InstanceType
      KeyName: !Ref KeyName
      NetworkInterfaces:
        - DeviceIndex: '0'
          SubnetId: !Ref PublicSubnet
          AssociatePublicIpAddress: true
          GroupSet: [!Ref InstanceSecurityGroup1]
      MetadataOptions:
        HttpTokens: required
      BlockDeviceMappings:
        - DeviceName: /dev/xvda
          Ebs: {VolumeType: gp3, Encrypted: true}
      Tags:
        - {Key: Name, Value: Instance1}
        - {Key: ssmlab, Value: 'true'}

  Instance2:
    Type: AWS::EC2::Instance
    DependsOn: [RouteToInternet, PublicSubnetRouteTableAssociation]
    Properties:
      ImageId: !Ref ImageId
      InstanceType: !Ref InstanceType
      IamInstanceProfile: !Ref InstanceProfile
      NetworkInterfaces:
        - DeviceIndex: '0'
          SubnetId: !Ref PublicSubnet
          AssociatePublicIpAddress: true
          GroupSet: [!Ref InstanceSecurityGroup2]
      MetadataOptions:
        HttpTokens: required
      BlockDeviceMappings:
        - DeviceName: /dev/xvda
          Ebs: {VolumeType: gp3, Encrypted: true}
      Tags:
        - {Key: Name, Value: Instance2}
        - {Key: ssmlab, Value: 'true'}

  # Its way out is the NAT gateway's route and, beyond the gateway, the public subnet's.
  Instance3:
    Type: AWS::EC2::Instance
    DependsOn:
      - RouteToNATGateway
      - PrivateSubnet1RouteTableAssociation
      - RouteToInternet
      - PublicSubnetRouteTableAssociation
    Properties:
      ImageId: !Ref ImageId
      InstanceType: !Ref InstanceType
      IamInstanceProfile: !Ref InstanceProfile
      NetworkInterfaces:
        - DeviceIndex: '0'
          SubnetId: !Ref PrivateSubnet1
          AssociatePublicIpAddress: false
          GroupSet: [!Ref InstanceSecurityGroup2]
      MetadataOptions:
        HttpTokens: required
      BlockDeviceMappings:
        - DeviceName: /dev/xvda
          Ebs: {VolumeType: gp3, Encrypted: true}
      Tags:
        - {Key: Name, Value: Instance3}
        - {Key: ssmlab, Value: 'true'}

  Instance4:
    Type: AWS::EC2::Instance
    DependsOn: [SSMEndpoint, SSMMessagesEndpoint, EC2MessagesEndpoint]
    Properties:
      ImageId: !Ref ImageId
      InstanceType: !Ref InstanceType
      IamInstanceProfile: !Ref InstanceProfile
      NetworkInterfaces:
        - DeviceIndex: '0'
          SubnetId: !Ref PrivateSubnet2
          AssociatePublicIpAddress: false
          GroupSet: [!Ref InstanceSecurityGroup3]
      MetadataOptions:
        HttpTokens: required
      BlockDeviceMappings:
        - DeviceName: /dev/xvda
          Ebs: {VolumeType: gp3, Encrypted: true}
      Tags:
        - {Key: Name, Value: Instance4}
        - {Key: ssmlab, Value: 'true'}

Outputs:
  Instance1Id:
    Description: Instance 1, SSH through the internet gateway.
    Value: !Ref Instance1
  Instance2Id:
    Description: Instance 2, Session Manager through the internet gateway.
    Value: !Ref Instance2
  Instance3Id:
    Description: Instance 3, Session Manager through the NAT gateway.
    Value: !Ref Instance3
  Instance4Id:
    Description: Instance 4, Session Manager through the VPC endpoints.
    Value: !Ref Instance4
  Instance1PrivateIp:
    Description: Private address of instance 1.
    Value: !GetAtt Instance1.PrivateIp
  Instance2PrivateIp:
    Description: Private address of instance 2.
    Value: !GetAtt Instance2.PrivateIp
  Instance3PrivateIp:
    Description: Private address of instance 3.
    Value: !GetAtt Instance3.PrivateIp
  Instance4PrivateIp:
    Description: Private address of instance 4.
    Value: !GetAtt Instance4.PrivateIp
  Instance1PublicIp:
    Description: Public address of instance 1.
    Value: !GetAtt Instance1.PublicIp
  Instance2PublicIp:
    Description: Public address of instance 2.
    Value: !GetAtt Instance2.PublicIp
  Instance1PublicDnsName:
    Description: Public DNS name of instance 1.
    Value: !GetAtt Instance1.PublicDnsName
  Instance2PublicDnsName:
    Description: Public DNS name of instance 2.
    Value: !GetAtt Instance2.PublicDnsName
  VPC1Id:
    Description: VPC 1, the one with gateways.
    Value: !Ref VPC1
  VPC2Id:
    Description: VPC 2, the isolated one.
    Value: !Ref VPC2
  PublicSubnetId:
    Description: Subnet of instances 1 and 2 and of the NAT gateway.
    Value: !Ref PublicSubnet
  PrivateSubnet1Id:
    Description: Subnet of instance 3.
    Value: !Ref PrivateSubnet1
  PrivateSubnet2Id:
    Description: Subnet of instance 4 and of the VPC endpoints.
    Value: !Ref PrivateSubnet2
  PublicSubnetRouteTableId:
    Description: Route table with the route to the internet gateway.
    Value: !Ref PublicSubnetRouteTable
  PrivateSubnet1RouteTableId:
    Description: Route table with the route to the NAT gateway.
    Value: !Ref PrivateSubnet1RouteTable
  InstanceSecurityGroup1Id:
    Description: Security group of instance 1.
    Value: !Ref InstanceSecurityGroup1
  InstanceSecurityGroup2Id:
    Description: Security group of instances 2 and 3.
    Value: !Ref InstanceSecurityGroup2
  InstanceSecurityGroup3Id:
    Description: Security group of instance 4.
    Value: !Ref InstanceSecurityGroup3
  EndpointSecurityGroupId:
    Description: Security group of the VPC endpoints.
    Value: !Ref EndpointSecurityGroup
  IGWId:
    Description: Internet gateway of VPC 1.
    Value: !Ref IGW
  NATGatewayId:
    Description: NAT gateway of VPC 1.
    Value: !Ref NATGateway
  NATGatewayPublicIp:
    Description: Address that instance 3 is seen under.
    Value: !Ref EIP
  EIPAllocationId:
    Description: Allocation of the Elastic IP address of the NAT gateway.
    Value: !GetAtt EIP.AllocationId
  SSMEndpointId:
    Description: VPC endpoint for ssm.
    Value: !Ref SSMEndpoint
  SSMMessagesEndpointId:
    Description: VPC endpoint for ssmmessages.
    Value: !Ref SSMMessagesEndpoint
  EC2MessagesEndpointId:
    Description: VPC endpoint for ec2messages.
    Value: !Ref EC2MessagesEndpoint
  InstanceRoleName:
    Description: Role of instances 2, 3 and 4.
    Value: !Ref InstanceRole
  InstanceProfileName:
    Description: Instance profile of instances 2, 3 and 4.
    Value: !Ref InstanceProfile
`;
